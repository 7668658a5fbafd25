//! The table of specifications: each section, and the tests that are named after it. It is written from the names of the
//! tests, so that it says what there is; what is not implemented stands below it and is written by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::coverage;

/// The page.
pub const PAGE: &str = "docs/specifications.md";

/// Where what is written by hand begins.
const BY_HAND: &str = "## Not implemented";

/// What names of tests begin with, and whose they are then.
const SPECIFICATIONS: [(&str, &str); 51] = [
    ("rfc6749", "RFC 6749: The OAuth 2.0 Authorization Framework"),
    ("rfc6750", "RFC 6750: Bearer Token Usage"),
    ("rfc7009", "RFC 7009: Token Revocation"),
    ("rfc7033", "RFC 7033: WebFinger"),
    ("rfc7515", "RFC 7515: JSON Web Signature"),
    ("rfc7517", "RFC 7517: JSON Web Key"),
    ("rfc7518", "RFC 7518: JSON Web Algorithms"),
    ("rfc7519", "RFC 7519: JSON Web Token"),
    ("rfc7521", "RFC 7521: Assertion Framework"),
    (
        "rfc7523",
        "RFC 7523: JWT Profile for Client Authentication and Grants",
    ),
    ("rfc7591", "RFC 7591: Dynamic Client Registration"),
    ("rfc7592", "RFC 7592: Client Registration Management"),
    ("rfc7636", "RFC 7636: Proof Key for Code Exchange"),
    ("rfc7638", "RFC 7638: JSON Web Key Thumbprint"),
    ("rfc7662", "RFC 7662: Token Introspection"),
    ("rfc7797", "RFC 7797: JWS Unencoded Payload Option"),
    ("rfc7800", "RFC 7800: Proof-of-Possession Key Semantics"),
    ("rfc8037", "RFC 8037: CFRG Curves in JOSE"),
    (
        "rfc8176",
        "RFC 8176: Authentication Method Reference Values",
    ),
    ("rfc8252", "RFC 8252: OAuth 2.0 for Native Apps"),
    ("rfc8414", "RFC 8414: Authorization Server Metadata"),
    ("rfc8628", "RFC 8628: Device Authorization Grant"),
    ("rfc8693", "RFC 8693: Token Exchange"),
    (
        "rfc8705",
        "RFC 8705: Mutual-TLS Client Authentication and Certificate-Bound Access Tokens",
    ),
    ("rfc8707", "RFC 8707: Resource Indicators"),
    ("rfc8725", "RFC 8725: JSON Web Token Best Current Practices"),
    ("rfc9068", "RFC 9068: JWT Profile for Access Tokens"),
    ("rfc9101", "RFC 9101: JWT-Secured Authorization Request"),
    ("rfc9126", "RFC 9126: Pushed Authorization Requests"),
    (
        "rfc9207",
        "RFC 9207: Authorization Server Issuer Identification",
    ),
    ("rfc9396", "RFC 9396: Rich Authorization Requests"),
    ("rfc9449", "RFC 9449: Demonstrating Proof of Possession"),
    ("rfc9470", "RFC 9470: Step-Up Authentication Challenge"),
    (
        "rfc9700",
        "RFC 9700: Best Current Practice for OAuth 2.0 Security",
    ),
    ("rfc9701", "RFC 9701: JWT Response for Token Introspection"),
    ("rfc9728", "RFC 9728: Protected Resource Metadata"),
    ("rfc9864", "RFC 9864: Fully-Specified Algorithms"),
    ("rfc9964", "RFC 9964: ML-DSA for JOSE"),
    ("oidc_core", "OpenID Connect Core 1.0"),
    ("oidc_discovery", "OpenID Connect Discovery 1.0"),
    (
        "oidc_registration",
        "OpenID Connect Dynamic Client Registration 1.0",
    ),
    (
        "multiple_response_types",
        "OAuth 2.0 Multiple Response Type Encoding Practices",
    ),
    ("form_post", "OAuth 2.0 Form Post Response Mode"),
    ("logout", "OpenID Connect RP-Initiated Logout 1.0"),
    ("frontchannel", "OpenID Connect Front-Channel Logout 1.0"),
    ("backchannel", "OpenID Connect Back-Channel Logout 1.0"),
    ("jarm", "JWT Secured Authorization Response Mode"),
    (
        "ciba",
        "Client-Initiated Backchannel Authentication Core 1.0",
    ),
    ("fapi2", "FAPI 2.0 Security Profile"),
    ("fapi2_message_signing", "FAPI 2.0 Message Signing"),
    ("cimd", "OAuth Client ID Metadata Document"),
];

/// A section's number, so that 4.10 comes after 4.9.
type Section = Vec<u32>;

/// Findings: the page is another than the names of the tests make it.
///
/// # Errors
/// When a file cannot be read.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let (stands, wanted) = pages(root, files)?;
    let stale = format!("{PAGE}: is not what the tests say: run `cargo xtask specifications`");
    Ok((stands != wanted).then_some(stale).into_iter().collect())
}

/// Writes the page anew.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write(root: &Path, files: &[PathBuf]) -> Result<()> {
    let (_, wanted) = pages(root, files)?;
    std::fs::write(root.join(PAGE), wanted).with_context(|| PAGE.to_owned())
}

fn pages(root: &Path, files: &[PathBuf]) -> Result<(String, String)> {
    let stands = std::fs::read_to_string(root.join(PAGE)).with_context(|| PAGE.to_owned())?;
    let by_hand = stands.find(BY_HAND).and_then(|at| stands.get(at..));
    let by_hand = by_hand.with_context(|| format!("{PAGE} has no `{BY_HAND}`"))?;
    let wanted = render(&coverage::known(root, files)) + by_hand;
    Ok((stands, wanted))
}

fn render(tests: &BTreeSet<String>) -> String {
    let mut page = "# What the specifications say, and what shows it\n\n\
        Written by `cargo xtask specifications` from the names of the tests: `rfc7636_4_6_…` is of RFC 7636, section 4.6. \
        What is not implemented stands at the end. [coverage.md](coverage.md) has the same for authentik's documents, \
        and [security.md](security.md) for RFC 9700 and the threats.\n\n"
        .to_owned();
    for (prefix, title) in SPECIFICATIONS {
        let sections = sections(prefix, tests);
        if sections.is_empty() {
            continue;
        }
        let _ = write!(
            page,
            "## {title}\n\n| Section | Shown | Tests |\n| --- | --- | --- |\n"
        );
        for ((section, says), test) in sections {
            let _ = writeln!(page, "| {} | {says} | `{test}` |", dotted(&section));
        }
        page.push('\n');
    }
    page
}

/// The tests of a specification, by section and sentence.
fn sections<'a>(prefix: &str, tests: &'a BTreeSet<String>) -> BTreeMap<(Section, String), &'a str> {
    let mut found = BTreeMap::new();
    for test in tests {
        let (places, says) = read(test);
        let here = places.into_iter().filter(|(of, _)| *of == prefix);
        found.extend(here.map(|(_, section)| ((section, says.clone()), test.as_str())));
    }
    found
}

/// Where a test belongs, by specification and section, and what it says. `rfc7009_2_1_and_rfc7662_2_1_…` belongs to two
/// specifications, `oidc_core_3_2_2_9_and_3_3_2_11_…` to two sections of one.
fn read(test: &str) -> (Vec<(&'static str, Section)>, String) {
    let (mut places, mut rest, mut last) = (Vec::new(), test, None);
    while let Some((prefix, section, after)) = place(rest, last) {
        places.push((prefix, section));
        (last, rest) = (Some(prefix), after);
        match after.strip_prefix("and_") {
            Some(next) if place(next, last).is_some() => rest = next,
            Some(_) | None => break,
        }
    }
    let says = rest.replace('_', " ");
    if says.is_empty() {
        places.clear();
    }
    (places, says)
}

/// The specification and section at the beginning, or the section of the one named before; and what comes after.
fn place<'a>(
    text: &'a str,
    before: Option<&'static str>,
) -> Option<(&'static str, Section, &'a str)> {
    let named = SPECIFICATIONS.iter().filter_map(|(prefix, _)| {
        let after = text.strip_prefix(prefix)?.strip_prefix('_')?;
        Some((*prefix, after))
    });
    let named = named.max_by_key(|(prefix, _)| prefix.len());
    let (prefix, mut rest) = named.or_else(|| before.map(|prefix| (prefix, text)))?;
    let mut section = Section::new();
    while let Some((number, after)) = rest.split_once('_') {
        let Ok(number) = number.parse() else { break };
        section.push(number);
        rest = after;
    }
    (!section.is_empty()).then_some((prefix, section, rest))
}

fn dotted(section: &[u32]) -> String {
    let parts: Vec<String> = section.iter().map(u32::to_string).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_stand_by_section_in_the_order_of_numbers() {
        let names = [
            "rfc6749_4_10_later",
            "rfc6749_4_9_sooner_than_that",
            "rfc6749_is_no_section",
            "rfc67499_1_is_another",
            "logout_2_a_hint",
            "logout_is_at_the_application",
            "rfc7009_2_1_and_rfc7662_2_1_and_2_2_take_both",
            "rfc7009_2_1_and_nothing_else",
            "fapi2_message_signing_5_3_1_is_another_than_fapi2",
        ];
        let tests = names.map(str::to_owned).into();
        let page = render(&tests);
        let rows: Vec<&str> = page.lines().filter(|line| line.ends_with("` |")).collect();
        let want = [
            "| 4.9 | sooner than that | `rfc6749_4_9_sooner_than_that` |",
            "| 4.10 | later | `rfc6749_4_10_later` |",
            "| 2.1 | and nothing else | `rfc7009_2_1_and_nothing_else` |",
            "| 2.1 | take both | `rfc7009_2_1_and_rfc7662_2_1_and_2_2_take_both` |",
            "| 2.1 | take both | `rfc7009_2_1_and_rfc7662_2_1_and_2_2_take_both` |",
            "| 2.2 | take both | `rfc7009_2_1_and_rfc7662_2_1_and_2_2_take_both` |",
            "| 2 | a hint | `logout_2_a_hint` |",
            "| 5.3.1 | is another than fapi2 | `fapi2_message_signing_5_3_1_is_another_than_fapi2` |",
        ];
        assert_eq!(rows, want);
    }
}
