//! One picture of the run for the README: the first market's price with its liquidations, and the
//! health of one account in its worst hour.

use super::charts;
use super::format::{count, day, escape, minute, money, percent};
use super::plot::Frame;
use super::report::Report;

const STYLE: &str = "\
text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\
.card{fill:#fff;stroke:#d9dde2}.title{font-size:17px;font-weight:600;fill:#1b1f24}\
.sub{font-size:13px;fill:#59636e}.tick{font-size:12px;fill:#59636e}.end{text-anchor:end}\
.grid{stroke:#e8ebee;fill:none}.price,.health{fill:none;stroke:#3d4752;stroke-width:1.3}\
.mark{stroke:#fff;stroke-width:.8;fill-opacity:.85}.long{fill:#c44e00}.short{fill:#0072b2}\
.level{fill:none;stroke-width:1.4}.call{stroke:#8a6d00;stroke-dasharray:2 4}\
.target{stroke:#00795a;stroke-dasharray:7 4}.maintenance{stroke:#c44e00}\
.emergency{stroke:#7a3e9d;stroke-dasharray:1 3}\
@media (prefers-color-scheme:dark){.card{fill:#161b22;stroke:#2d353f}.title{fill:#e6eaef}\
.sub,.tick{fill:#9aa5b1}.grid{stroke:#242b34}.price,.health{stroke:#b9c3ce}.mark{stroke:#161b22}\
.long{fill:#ff9a4d}.short{fill:#5ab8f5}.call{stroke:#d9b93b}.target{stroke:#3ecf9f}\
.maintenance{stroke:#ff9a4d}.emergency{stroke:#c49be8}}";

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 656.0;

/// The picture, as an SVG file.
pub fn picture(report: &Report) -> String {
    let track = &report.markets[0];
    let frame = charts::price_frame(track, report.span, [66.0, 78.0, WIDTH - 20.0, 372.0]);
    let price = charts::price(report, 0, &frame, false);
    let closed = money(report.closed_of_all(), 0);
    let all = money(report.closed_by_closing_all(), 0);
    let share = percent(report.closed_of_all(), report.closed_by_closing_all());
    let label = format!(
        "Price of {} with the liquidations of a replay, and the health of one account below",
        track.label()
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\"><style>{STYLE}</style>\
         <rect class=\"card\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"10\"/>\
         <text class=\"title\" x=\"20\" y=\"30\">{}, {} to {}: {}</text>\
         <text class=\"sub\" x=\"20\" y=\"52\">{closed} closed, {share} of the {all} that closing \
         everything would have closed.</text>\
         <path class=\"long\" d=\"M{x} 43h14l-7 10Z\"/>\
         <text class=\"sub\" x=\"{x1}\" y=\"52\">long reduced</text>\
         <path class=\"short\" d=\"M{x2} 53h14l-7 -10Z\"/>\
         <text class=\"sub\" x=\"{x3}\" y=\"52\">short reduced</text>\
         {price}{}</svg>\n",
        escape(&label),
        WIDTH - 1.0,
        HEIGHT - 1.0,
        escape(&track.label()),
        &minute(report.span.0)[..10],
        &minute(report.span.1)[..10],
        count(report.liquidations.len(), "liquidation"),
        health(report),
        x = WIDTH - 258.0,
        x1 = WIDTH - 238.0,
        x2 = WIDTH - 134.0,
        x3 = WIDTH - 114.0,
    )
}

fn health(report: &Report) -> String {
    let Some(closeup) = charts::closeup(report) else {
        return String::new();
    };
    let account = &report.accounts[closeup.account];
    let frame = Frame {
        edges: [66.0, 458.0, WIDTH - 20.0, HEIGHT - 30.0],
        times: closeup.times,
        values: (0.0, charts::CLOSEUP_TOP),
    };
    format!(
        "<text class=\"title\" x=\"20\" y=\"422\">One account ({}) through {} in its worst \
         hour, {}</text>\
         <text class=\"sub\" x=\"20\" y=\"442\">Equity over maintenance requirement. Under 1 \
         (solid) just enough is closed to stand at {:.2} (dashed), at the next price.</text>{}",
        escape(&account.opened),
        count(closeup.calls, "liquidation"),
        day(closeup.times.0),
        report.lines.target,
        charts::health(report, account, &frame),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_picture_is_small_and_complete() {
        let svg = picture(&sample::report());
        assert!(svg.len() < 60_000, "{}", svg.len());
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("class=\"mark long\"") && svg.contains("class=\"health\""));
        assert!(!svg.contains("<title>"), "receipts belong to the page");
    }
}
