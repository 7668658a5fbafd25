//! A function's `main.rs` wires ports and leads to the work: about 20 lines, and its first doc paragraph names the
//! URL, the section and the file.

use std::path::Path;

use anyhow::{Context as _, Result};
use regex::Regex;

use super::routes::{Copies, Trigger};

/// Most lines of a `main.rs`.
const MOST_LINES: usize = 40;

/// Findings about each function's `main.rs`.
///
/// # Errors
/// When one cannot be read.
pub fn check(root: &Path, copies: &Copies) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for function in &copies.folders {
        let name = format!("functions/{function}/src/main.rs");
        let source = std::fs::read_to_string(root.join(&name))
            .with_context(|| format!("cannot read {name}"))?;
        let routes: Vec<&str> = copies
            .canonical
            .iter()
            .filter(|(_, to)| to == function)
            .map(|(path, _)| path.as_str())
            .collect();
        let trigger = copies.template.triggers.get(function).copied();
        let exists = |file: &str| root.join(file).is_file();
        findings.extend(
            check_main(&source, (&routes, trigger), exists)
                .into_iter()
                .map(|found| format!("{name}: {found}")),
        );
    }
    Ok(findings)
}

fn check_main(
    source: &str,
    (routes, trigger): (&[&str], Option<Trigger>),
    exists: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = source.lines().count();
    if lines > MOST_LINES {
        findings.push(format!(
            "{lines} lines; a function wires ports in at most {MOST_LINES}"
        ));
    }
    let doc = first_paragraph(source);
    let mut names = routes.iter().map(|route| route.trim_end_matches('/'));
    match trigger.filter(|_| routes.is_empty()).map(word) {
        Some(word) if doc.contains(word) => {}
        Some(word) => findings.push(format!("its first doc line must name its {word}")),
        None if names.any(|name| doc.contains(name)) => {}
        None => findings.push(format!(
            "its first doc line must name its URL, such as {}",
            routes.join(" or ")
        )),
    }
    if !super::files::names_a_standard(&doc) {
        findings.push("its first doc line must name the RFC or OpenID section".to_owned());
    }
    match work_file(&doc) {
        None => findings.push(
            "its first doc line must name the file that does the work, `shared/….rs`".to_owned(),
        ),
        Some(file) if !exists(&file) => findings.push(format!(
            "its first doc line names {file}, which is not there"
        )),
        Some(_) => {}
    }
    findings
}

/// What a function without a URL names instead.
const fn word(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "schedule",
        Trigger::Queue => "queue",
    }
}

/// The `//!` lines the file begins with, up to an empty one, as one line.
fn first_paragraph(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn work_file(doc: &str) -> Option<String> {
    let file = Regex::new(r"`(shared/[^`]+\.rs)`").ok()?;
    Some(file.captures(doc)?.get(1)?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "//! `POST /application/o/token/` (RFC 6749 §3.2). The work:\n\
                        //! `shared/provider/src/endpoints/token.rs`.\n//!\n//! More.\n\nfn main() {}\n";
    const ROUTES: &[&str] = &["/application/o/token/"];

    #[test]
    fn a_main_that_leads_to_url_section_and_file_is_tidy() {
        assert_eq!(
            check_main(MAIN, (ROUTES, None), |_| true),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_thing_a_main_leaves_out_is_found() {
        let long = format!("{MAIN}{}", "\n".repeat(40));
        for (source, want) in [
            (MAIN.replace("/application/o/token/", "/token"), "URL"),
            (MAIN.replace("RFC 6749 §3.2", "the token endpoint"), "RFC"),
            (
                MAIN.replace("`shared", "`elsewhere"),
                "file that does the work",
            ),
            (long, "46 lines"),
        ] {
            let found = check_main(&source, (ROUTES, None), |_| true);
            assert!(
                found.len() == 1 && found.concat().contains(want),
                "{want}: {found:?}"
            );
        }
    }

    #[test]
    fn a_main_without_a_url_names_what_calls_it() {
        let source = MAIN.replace("`POST /application/o/token/`", "On a schedule");
        for (trigger, found) in [(Trigger::Schedule, 0), (Trigger::Queue, 1)] {
            let findings = check_main(&source, (&[], Some(trigger)), |_| true);
            assert_eq!(findings.len(), found, "{findings:?}");
        }
        let both = check_main(&source, (ROUTES, Some(Trigger::Schedule)), |_| true);
        assert!(both.concat().contains("URL"), "{both:?}");
    }

    #[test]
    fn the_file_it_names_must_be_there() {
        let found = check_main(MAIN, (ROUTES, None), |file| {
            file != "shared/provider/src/endpoints/token.rs"
        });
        assert!(found.concat().contains("which is not there"), "{found:?}");
    }

    #[test]
    fn a_placeholder_is_found() {
        assert_eq!(
            check_main("//! placeholder\nfn main() {}\n", (ROUTES, None), |_| true).len(),
            3
        );
    }
}
