//! What holds of each file by itself: its size, the standard it names, and no path of anybody's machine.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// Most lines of a Rust file; from 400 a review asks.
const MOST_LINES: usize = 500;

static STANDARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"RFC ?\d{4}|rfc\d{4}|OIDC |OpenID Connect|openid\.net/specs").ok()
});

/// A home folder, or a checkout of a build machine, at the beginning of a path.
static MACHINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\w}.~*-])/(?:(?:home|Users)/\w|(?:root|work)/)|\\Users\\\w").ok()
});

/// The one URL that begins as a home folder does (authentik's API).
const NO_MACHINE: &str = "/root/config/";

/// Whether a text names an RFC or an OpenID specification.
pub fn names_a_standard(text: &str) -> bool {
    STANDARD
        .as_ref()
        .is_some_and(|standard| standard.is_match(text))
}

/// Findings about one text file; `path` is relative to the root.
pub fn check(path: &Path, text: &str) -> Vec<String> {
    let name = path.display();
    let mut findings = Vec::new();
    if path.extension().is_some_and(|extension| extension == "rs") {
        let lines = text.lines().count();
        let generated = text
            .lines()
            .next()
            .is_some_and(|line| line.contains("@generated"));
        if lines > MOST_LINES && !generated {
            findings.push(format!(
                "{name}: {lines} lines; split it below {MOST_LINES}"
            ));
        }
        let endpoint = path.starts_with("shared/provider/src/endpoints");
        let tests = path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "mod");
        if endpoint && !tests && !names_a_standard(text) {
            findings.push(format!(
                "{name}: an endpoint names the RFC or OpenID section it implements"
            ));
        }
    }
    for (number, line) in text.lines().enumerate() {
        let line = line.replace(NO_MACHINE, "");
        if MACHINE
            .as_ref()
            .is_some_and(|machine| machine.is_match(&line))
        {
            findings.push(format!("{name}:{}: a path of one machine", number + 1));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(Path::new(path), text)
    }

    #[test]
    fn a_long_rust_file_is_found_and_a_generated_or_other_one_is_not() {
        let long = "//\n".repeat(501);
        assert_eq!(
            found("shared/a.rs", &long),
            ["shared/a.rs: 501 lines; split it below 500"]
        );
        assert!(found("shared/a.rs", &"//\n".repeat(500)).is_empty());
        assert!(found("shared/a.rs", &format!("// @generated\n{long}")).is_empty());
        assert!(found("Cargo.lock", &long).is_empty());
    }

    #[test]
    fn an_endpoint_names_its_standard() {
        let path = "shared/provider/src/endpoints/token.rs";
        assert_eq!(found(path, "//! The token endpoint.").len(), 1);
        for doc in [
            "//! RFC 6749 §3.2",
            "//! OIDC Core §3.1.3",
            "//! <https://openid.net/specs/x.html>",
        ] {
            assert!(found(path, doc).is_empty(), "{doc}");
        }
        assert!(found("shared/provider/src/endpoints/token/tests.rs", "//! Tests.").is_empty());
        assert!(found("shared/provider/src/grants.rs", "//! Grants.").is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_with_its_line() {
        for folder in ["home/ann", "Users/ann", "root", "work"] {
            let text = format!("fine\nlet path = \"/{folder}/src\";\n");
            assert_eq!(
                found("README.md", &text),
                ["README.md:2: a path of one machine"],
                "{folder}"
            );
        }
    }

    #[test]
    fn urls_and_relative_paths_are_nobodys_machine() {
        for text in [
            "https://id.example/home/start",
            "docs/work/a.md",
            "/application/o/work/x",
            "~/.cache",
            "/rooted/",
            "GET \"/root/config/\"",
        ] {
            assert!(found("README.md", text).is_empty(), "{text}");
        }
    }
}
