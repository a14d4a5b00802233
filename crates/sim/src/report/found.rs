//! What a search over parameters found: as text, and as a page with the front.

use super::format::{brief, escape};
use super::svg::{bottom_axis, left_axis, picture, span, text, Scale, WIDTH};
use crate::search::{Candidate, Found, KNOBS};
use std::fmt::Write;

const LEFT: f64 = 52.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 300.0;

/// Basis points of a share.
fn bps(share: f64) -> f64 {
    share * 1e4
}

fn settings(candidate: &Candidate) -> String {
    let each = KNOBS.iter().zip(candidate.setting);
    let each: Vec<String> = each
        .map(|(knob, value)| format!("{} {}", knob.name(), knob.told(value)))
        .collect();
    each.join(", ")
}

fn outcome(candidate: &Candidate) -> String {
    format!(
        "bad debt {:.3}, cost {:.2} basis points of the margin deposited; {:.1} % of liquidated lives kept a position; {:.1} % of entries refused",
        bps(candidate.bad_debt),
        bps(candidate.cost),
        candidate.survived * 100.0,
        candidate.refused * 100.0
    )
}

/// Sentences that say what was found and why.
pub fn found_text(found: &Found, bound: f64) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} settings played, {} refused by the program's bounds, {} that no other beats on both bad debt and cost.",
        found.tried.len(),
        found.refused,
        found.front.len()
    );
    let _ = writeln!(out, "as described: {}", outcome(&found.described));
    let Some(best) = &found.recommended else {
        let least = found.front.first().map(|place| &found.tried[*place]);
        let least = least.map_or(f64::NAN, |it| bps(it.bad_debt));
        let _ = writeln!(
            out,
            "no setting keeps bad debt under {:.3} basis points; the least was {least:.3}. Ask for a \
             higher bound (--bad-debt), or try more candidates (--candidates).",
            bps(bound)
        );
        return out;
    };
    let _ = writeln!(out, "recommended: {}", outcome(best));
    for line in reasons(found) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

fn reasons(found: &Found) -> Vec<String> {
    let Some(best) = &found.recommended else {
        return Vec::new();
    };
    let line = |reason: &crate::search::Reason| {
        let name = reason.knob.name();
        if reason.recommended == reason.described {
            return format!(
                "{name}: stays {}; no cheaper setting under the bound needs another",
                reason.knob.told(reason.described)
            );
        }
        let from_to = format!(
            "{name}: {} instead of {}",
            reason.knob.told(reason.recommended),
            reason.knob.told(reason.described)
        );
        match &reason.set_back {
            None => format!("{from_to}; with the rest as recommended the program refuses the old one"),
            Some(back) => format!(
                "{from_to}; set back alone, bad debt would be {:.3} instead of {:.3} and cost {:.2} instead of {:.2} basis points",
                bps(back.bad_debt),
                bps(best.bad_debt),
                bps(back.cost),
                bps(best.cost)
            ),
        }
    };
    found.reasons.iter().map(line).collect()
}

/// The page. `told` says what was played, `command` makes it again.
pub fn found_html(found: &Found, bound: f64, told: &[(String, String)], command: &str) -> String {
    let mut body = String::from("<header>\n<h1>What should this market's parameters be?</h1>\n");
    let _ = writeln!(
        body,
        "<p>Each point is a setting of the parameters, played with the program's own liquidations on the \
         same prices and traders. Settings on the line are beaten by none on both bad debt and cost.</p>\n</header>"
    );
    body += &front(found, bound);
    body += "<section>\n<h2>The recommended setting, and why</h2>\n";
    for line in found_text(found, bound).lines() {
        let _ = writeln!(body, "<p>{}</p>", escape(line.trim()));
    }
    body += "<p class=\"soft\">Cost is what liquidations took from traders beyond the market's own move. Both \
             are of one history: another one will differ, and a bound that was just met here may be missed \
             there. Initial rates are as described in all settings, so the same traders come with the same leverage; \
             higher maintenance rates or call levels leave them less room under it.</p>\n\
             </section>\n";
    body += &table(found);
    body += "<section>\n<h2>What was played</h2>\n<dl>\n";
    for (name, value) in told {
        let _ = writeln!(body, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    }
    let _ = writeln!(
        body,
        "</dl>\n<p>To make it again: <code>{}</code></p>\n</section>",
        escape(command)
    );
    super::html::page_of(
        "Parameters of a market",
        "Bad debt against cost to traders",
        "",
        &body,
    )
}

fn front(found: &Found, bound: f64) -> String {
    let costs = found.tried.iter().map(|it| bps(it.cost));
    let debts = found.tried.iter().map(|it| bps(it.bad_debt));
    let x = Scale {
        values: span(costs.chain([0.0])),
        places: [LEFT, RIGHT],
    };
    let y = Scale {
        values: span(debts.chain([0.0])),
        places: [BOTTOM, TOP],
    };
    let ticks = |scale: &Scale| -> Vec<(f64, String)> {
        let ticks = scale.ticks(5.0);
        ticks.iter().map(|tick| (*tick, brief(*tick))).collect()
    };
    let mut picture_body = left_axis(&y, [LEFT, RIGHT], &ticks(&y));
    picture_body += &bottom_axis(&x, [TOP, BOTTOM], &ticks(&x));
    picture_body += &text(
        "tick end",
        RIGHT,
        BOTTOM + 31.0,
        "cost, basis points of margin \u{2192}",
    );
    picture_body += &text(
        "tick",
        LEFT + 4.0,
        TOP + 4.0,
        "\u{2191} bad debt, basis points of margin",
    );
    let place = |it: &Candidate| (x.at(bps(it.cost)), y.at(bps(it.bad_debt)));
    let limit = y.at(bps(bound));
    if (TOP..=BOTTOM).contains(&limit) {
        let _ = write!(
            picture_body,
            "<path class=\"ours\" d=\"M{LEFT:.1} {limit:.1}H{RIGHT:.1}\"><title>the bound</title></path>"
        );
    }
    let mut steps = found
        .front
        .iter()
        .map(|number| place(&found.tried[*number]));
    if let Some((first_x, first_y)) = steps.next() {
        let mut path = format!("M{first_x:.1} {first_y:.1}");
        for (to_x, to_y) in steps {
            let _ = write!(path, "H{to_x:.1}V{to_y:.1}");
        }
        let _ = write!(picture_body, "<path class=\"line\" d=\"{path}\"/>");
    }
    for candidate in &found.tried {
        picture_body += &dot(place(candidate), 2.5, candidate);
    }
    let named = [
        (Some(&found.described), "as described"),
        (found.recommended.as_ref(), "recommended"),
    ];
    for (candidate, name) in named {
        let Some(candidate) = candidate else {
            continue;
        };
        let (at_x, at_y) = place(candidate);
        picture_body += &dot((at_x, at_y), 6.0, candidate);
        let left = at_x > (LEFT + RIGHT) / 2.0;
        let class = if left { "name end" } else { "name" };
        let beside = if left { -4.0 } else { 4.0 };
        picture_body += &text(class, at_x + beside, at_y - 10.0, name);
    }
    let said = found_text(found, bound);
    format!(
        "<section>\n<h2>Cost against bad debt</h2>\n<figure class=\"big\"><figcaption>Towards the lower left \
         both are small. The dashed line is the bound that was asked for. Point at a setting to read it.\
         </figcaption>\n{}</figure>\n</section>\n",
        picture(BOTTOM + 38.0, said.trim(), &picture_body)
    )
}

fn dot((x, y): (f64, f64), radius: f64, candidate: &Candidate) -> String {
    format!(
        "<g class=\"pol p0\"><circle class=\"point\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"><title>{}; {}</title></circle></g>",
        escape(&settings(candidate)),
        escape(&outcome(candidate))
    )
}

fn table(found: &Found) -> String {
    let mut html = String::from(
        "<section>\n<h2>The front</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>bad debt, bp</th><th>cost, bp</th>",
    );
    for knob in KNOBS {
        let _ = write!(html, "<th>{}</th>", knob.name());
    }
    html += "</tr></thead>\n<tbody>\n";
    for number in &found.front {
        let candidate = &found.tried[*number];
        let _ = write!(
            html,
            "<tr><td>{:.3}</td><td>{:.2}</td>",
            bps(candidate.bad_debt),
            bps(candidate.cost)
        );
        for (knob, value) in KNOBS.iter().zip(candidate.setting) {
            let _ = write!(html, "<td>{}</td>", knob.told(value));
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table></div>\n</section>\n"
}
