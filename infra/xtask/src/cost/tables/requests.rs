//! What requests cost a million times, and where it goes.

use anyhow::Result;

use super::format::{calls, head, money};
use super::{MILLION, Sources};
use crate::cost::bill::Bill;
use crate::cost::measured::Work;
use crate::cost::model::Door;

/// What people and machines do a million times: its title, function and request.
const REQUESTS: [(&str, &str, &str); 7] = [
    ("code for tokens", "token", "code, ES256 envelope"),
    ("refresh", "token", "refresh, ES256 envelope"),
    (
        "token of a machine",
        "token",
        "client_credentials, ES256 envelope",
    ),
    ("userinfo", "userinfo", "userinfo"),
    ("introspection", "introspect", "introspect"),
    ("discovery", "openid-configuration", "discovery"),
    ("key set", "jwks", "key set"),
];

/// Dollars per million by each way in.
pub(super) fn requests(sources: &Sources) -> Result<String> {
    let mut lines = head(&[
        "A million times",
        "AWS calls of one",
        "HTTP API",
        "the same without logs",
        "function URL alone",
        "CloudFront before it",
    ]);
    let doors = [Door::HttpApi, Door::FunctionUrl, Door::CloudFront];
    let login = &sources.measured.login()?.work;
    let bills = doors.map(|door| sources.login(door));
    lines.push(line_of("sign-in with a password", login, bills)?);
    for (title, function, request) in REQUESTS {
        let work = &sources.measured.row(function, request)?.work;
        let bills = doors.map(|door| sources.of(function, request, door));
        lines.push(line_of(title, work, bills)?);
    }
    Ok(lines.join("\n"))
}

fn line_of(title: &str, work: &Work, [api, url, edge]: [Result<Bill>; 3]) -> Result<String> {
    let (api, url, edge) = (api?, url?, edge?);
    let cells = [api.total(), api.without_logs(), url.total(), edge.total()];
    let cells = cells.map(|dollars| money(dollars * MILLION)).join(" | ");
    Ok(format!("| {title} | {} | {cells} |", calls(work)))
}

/// Where the dollars of the first column go.
pub(super) fn parts(sources: &Sources) -> Result<String> {
    let mut lines = head(&[
        "A million times",
        "Lambda's requests",
        "its GB-seconds",
        "cold starts",
        "DynamoDB reads",
        "writes",
        "KMS, SQS",
        "HTTP API",
        "bytes out",
        "logs",
        "total",
    ]);
    let mut push = |title: &str, bill: Bill| {
        let cells = [
            bill.requests,
            bill.compute,
            bill.cold,
            bill.reads,
            bill.writes,
            bill.keys,
            bill.door,
            bill.out,
            bill.logs,
            bill.total(),
        ];
        let cells = cells.map(|dollars| money(dollars * MILLION)).join(" | ");
        lines.push(format!("| {title} | {cells} |"));
    };
    push("sign-in with a password", sources.login(Door::HttpApi)?);
    for (title, function, request) in REQUESTS {
        push(title, sources.of(function, request, Door::HttpApi)?);
    }
    Ok(lines.join("\n"))
}
