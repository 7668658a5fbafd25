//! Tables as Markdown, numbers as people write them, and the price table, which is nothing else.

use anyhow::Result;

use super::Sources;
use crate::cost::measured::Work;

/// The price table, for people.
#[allow(clippy::unnecessary_wraps, reason = "as all tables")]
pub(super) fn prices(sources: &Sources) -> Result<String> {
    let mut lines = head(&["Dollars", "for", "source", "seen"]);
    for price in sources.prices.all() {
        let (dollars, per) = (price.dollars, grouped(price.per));
        let of = if price.per > 1.0 {
            format!("{per} {}", price.unit)
        } else {
            price.unit.clone()
        };
        lines.push(format!(
            "| {dollars} | {of} | {} | {} |",
            price.source, price.seen
        ));
    }
    let machines = &sources.prices.cognito_machines;
    let peers = sources
        .prices
        .peers
        .iter()
        .map(|peer| (peer.name.as_str(), &peer.source, &peer.seen));
    for (name, source, seen) in
        peers.chain([("Cognito, machines", &machines.source, &machines.seen)])
    {
        lines.push(format!(
            "| | {name}, see `prices.toml` | {source} | {seen} |"
        ));
    }
    Ok(lines.join("\n"))
}

pub(super) fn head(columns: &[&str]) -> Vec<String> {
    let rule = vec!["---"; columns.len()].join(" | ");
    vec![
        format!("| {} |", columns.join(" | ")),
        format!("| {rule} |"),
    ]
}

pub(super) fn calls(work: &Work) -> String {
    let made = work.calls.iter().filter(|(_, times)| **times > 0.0);
    let made: Vec<String> = made
        .map(|(action, times)| format!("{action} {times}"))
        .collect();
    if made.is_empty() {
        "none".to_owned()
    } else {
        made.join(", ")
    }
}

/// Cents below a hundred dollars, and else whole ones.
pub(in crate::cost) fn money(dollars: f64) -> String {
    if dollars < 100.0 {
        format!("{dollars:.2}")
    } else {
        grouped(dollars)
    }
}

/// Thousands apart.
pub(super) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
