// Receipts beside markers, also where a finger cannot hover. Without this, the browser's own
// tooltips show them.
const tip = document.getElementById("tip");
let lit = null;
const hide = () => { tip.hidden = true; lit?.classList.remove("lit"); lit = null; };
for (const mark of document.querySelectorAll(".mark[data-row]")) {
  const title = mark.querySelector("title");
  const text = title.textContent;
  title.remove();
  mark.setAttribute("aria-label", text);
  const show = () => {
    hide();
    tip.textContent = text;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const left = Math.max(8, Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, room));
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = left + scrollX + "px";
    tip.style.top = (above > 0 ? above : box.bottom + 8) + scrollY + "px";
    lit = document.getElementById("row" + mark.dataset.row);
    lit?.classList.add("lit");
  };
  mark.addEventListener("pointerenter", show);
  mark.addEventListener("click", (event) => { event.stopPropagation(); show(); });
  mark.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
}
document.addEventListener("click", hide);
addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
