//! Each `latchkey …` of the documents is one that there is.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::Cli;

/// All pages, and the first one.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_dir(root.join("docs")).expect("a folder");
    let docs = docs.map(|page| page.expect("a page").path());
    let mut pages: Vec<PathBuf> = docs
        .filter(|page| page.extension().is_some_and(|it| it == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages
}

/// The commands of a page: lines of code that begin so, and what stands in backquotes.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code = fenced || line.starts_with("    ");
        let spans = line.split('`').skip(1).step_by(2);
        let whole = Some(line.trim()).filter(|_| code);
        let all = whole.into_iter().chain(spans.filter(|_| !code));
        found.extend(
            all.filter(|text| text.starts_with("latchkey "))
                .map(str::to_owned),
        );
    }
    found
}

/// As a shell would hand it over, with something in every place that the page leaves open. `None` where it names no more than
/// a family of commands (`latchkey tenant …`, `a|b`).
fn arguments(command: &str) -> Option<Vec<String>> {
    if command.contains(['…', '|', '[', '{']) {
        return None;
    }
    let mut text = command.split(" #").next().unwrap_or(command).to_owned();
    while let (Some(from), Some(to)) = (text.find('<'), text.find('>')) {
        if to < from {
            break;
        }
        let is_number = text[from..to].contains("count");
        text.replace_range(from..=to, if is_number { "1" } else { "acme" });
    }
    // What a shell takes for itself: the rest of the line is elsewhere, or goes elsewhere.
    for end in [" > ", " && ", " \\"] {
        text.truncate(text.find(end).unwrap_or(text.len()));
    }
    let text = text.replace("$URL", "https://id.example.com");
    let text = text.replace("$KEY", "arn:aws:kms:us-east-1:111122223333:key/envelope");
    let words = text
        .split_whitespace()
        .map(|word| word.replace(['$', '"', '\''], ""));
    Some(words.collect())
}

#[test]
fn each_command_of_the_documents_is_one_that_there_is() {
    let mut tried = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("readable");
        for command in commands(&text) {
            let Some(arguments) = arguments(&command) else {
                continue;
            };
            tried += 1;
            let Err(error) = Cli::try_parse_from(&arguments) else {
                continue;
            };
            // In a sentence, a command may be named without what it needs.
            let named = matches!(
                error.kind(),
                ErrorKind::MissingRequiredArgument
                    | ErrorKind::MissingSubcommand
                    | ErrorKind::DisplayHelp
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            assert!(named, "{}: {command}: {error}", page.display());
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn commands_are_found_where_they_stand() {
    let page = "Say `latchkey export --secrets` or `cargo run`.\n\n    latchkey apply <file> # so\n    other latchkey\n\n```\nlatchkey tenant list\n```\n";
    assert_eq!(
        commands(page),
        [
            "latchkey export --secrets",
            "latchkey apply <file> # so",
            "latchkey tenant list"
        ]
    );
    assert_eq!(
        arguments("latchkey apply <file> # so").as_deref(),
        Some(["latchkey", "apply", "acme"].map(str::to_owned).as_slice())
    );
    assert_eq!(
        arguments("latchkey tenant create \"$URL\"").as_deref(),
        Some(
            ["latchkey", "tenant", "create", "https://id.example.com"]
                .map(str::to_owned)
                .as_slice()
        )
    );
    assert_eq!(arguments("latchkey tenant …"), None);
}

#[test]
fn what_there_is_not_is_refused() {
    for command in ["latchkey tenant forget x", "latchkey apply --loud x"] {
        let arguments = arguments(command).expect("whole");
        assert!(Cli::try_parse_from(arguments).is_err(), "{command}");
    }
}
