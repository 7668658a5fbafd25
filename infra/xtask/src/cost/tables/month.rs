//! What a month costs: with nobody there, and beside what others ask.

use anyhow::Result;

use super::Sources;
use super::format::{head, money};
use crate::cost::deployed::Alarms;
use crate::cost::model::Door;

/// Dollars a month, nobody signing in.
pub(super) fn fixed(sources: &Sources) -> Result<String> {
    let (prices, deployed) = (&sources.prices, &sources.deployed);
    let key = prices.one("kms_key")?;
    let stored = prices.one("dynamodb_storage")? + prices.one("dynamodb_recovery")?;
    let mut rows = vec![(
        format!("{} keys of KMS", deployed.keys),
        deployed.keys * key,
    )];
    for choice in ["none", "few", "each"] {
        let Alarms { count, metrics } = deployed.alarms(choice)?;
        rows.push((
            format!("`Alarms={choice}`: {count} alarms of {metrics} metrics"),
            metrics * prices.one("alarm")?,
        ));
    }
    rows.extend([
        (
            "`Dashboard=true` (an account has three free)".to_owned(),
            prices.one("dashboard")?,
        ),
        (
            "`rotate-keys`, hourly, with one tenant".to_owned(),
            730.0 * (prices.one("lambda_request")? + 0.25 * prices.one("lambda_gb_second")?),
        ),
        (
            "each GB kept, with point-in-time recovery".to_owned(),
            stored,
        ),
        (
            "a tenant's own `direct` key, or its envelope key".to_owned(),
            key,
        ),
    ]);
    let mut lines = head(&["A month", "dollars"]);
    lines.extend(
        rows.iter()
            .map(|(title, dollars)| format!("| {title} | {} |", money(*dollars))),
    );
    Ok(lines.join("\n"))
}

/// People of the month that is compared, and what each does in it.
const PEOPLE: f64 = 100_000.0;
const SIGN_INS: f64 = 8.0;
const REFRESHES: f64 = 60.0;
const USERINFO: f64 = 30.0;
/// Machines of that month, and their tokens together.
const MACHINES: f64 = 50.0;
const TOKENS: f64 = 100_000.0;

/// One month beside what others ask for it.
pub(super) fn month(sources: &Sources) -> Result<String> {
    let door = Door::HttpApi;
    let person = SIGN_INS * sources.login(door)?.total()
        + REFRESHES
            * sources
                .of("token", "refresh, ES256 envelope", door)?
                .total()
        + USERINFO * sources.of("userinfo", "userinfo", door)?.total();
    let machines = TOKENS
        * sources
            .of("token", "client_credentials, ES256 envelope", door)?
            .total();
    let asked = &sources.prices.cognito_machines;
    let (prices, deployed) = (&sources.prices, &sources.deployed);
    // As it is deployed where nothing is asked for.
    let standing = deployed.keys * prices.one("kms_key")?
        + deployed.alarms("none")?.metrics * prices.one("alarm")?;
    let mut lines = head(&[
        "Who",
        "100,000 people",
        "50 machines, 100,000 tokens",
        "standing",
    ]);
    let ours = [PEOPLE * person, machines, standing].map(money).join(" | ");
    lines.push(format!("| Latchkey | {ours} |"));
    for peer in &prices.peers {
        let machines = if peer.name.starts_with("Cognito") {
            money(MACHINES * asked.client_month + TOKENS * asked.token)
        } else {
            "-".to_owned()
        };
        let people = money(peer.month(PEOPLE));
        lines.push(format!("| {} | {people} | {machines} | 0 |", peer.name));
    }
    Ok(lines.join("\n"))
}
