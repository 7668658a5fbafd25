//! The words of pages: in every language the same keys with the same values, none missing and none left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::locale::{Locale, Texts};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// Keys with the variables of each.
type Keys = BTreeMap<String, BTreeSet<String>>;

fn keys(locale: Locale) -> Keys {
    let folder = format!("{CRATE}/locales/{}", locale.tag());
    let key = Regex::new(r"^([a-z][a-z0-9-]*) =").unwrap();
    let variable = Regex::new(r"\{ ?\$([a-z]+)").unwrap();
    let mut keys = Keys::new();
    for file in files(Path::new(&folder), &["ftl"]) {
        let mut open = String::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            if let Some(found) = key.captures(line) {
                open = found[1].to_owned();
                let before = keys.insert(open.clone(), BTreeSet::new());
                assert!(before.is_none(), "{}: {open} twice", file.display());
            }
            let found = variable
                .captures_iter(line)
                .map(|found| found[1].to_owned());
            keys.entry(open.clone()).or_default().extend(found);
        }
    }
    keys.remove("");
    keys
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if endings.contains(&ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Templates and sources, tests left out, as one text.
fn uses() -> String {
    let mut all = files(&Path::new(CRATE).join("templates"), &["html", "txt"]);
    all.extend(files(&Path::new(CRATE).join("src"), &["rs"]));
    all.retain(|path| !path.components().any(|part| part.as_os_str() == "tests"));
    let texts = all.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_language_has_the_same_keys_with_the_same_values() {
    let english = keys(Locale::En);
    assert!(english.len() > 100, "{}", english.len());
    assert_eq!(english, keys(Locale::De));
}

#[test]
fn every_key_that_is_used_exists() {
    let english = keys(Locale::En);
    let used = Regex::new(r#"texts\s*\.(get|with|bold|count)\(\s*"([a-z0-9-]+)""#).unwrap();
    for found in used.captures_iter(&uses()) {
        assert!(english.contains_key(&found[2]), "{}", &found[2]);
    }
}

#[test]
fn every_key_is_used() {
    let uses = uses();
    let spelled = |key: &str| uses.contains(&format!("\"{key}\""));
    // A letter's texts are found by its name and the part, a section's by its name.
    let made = |key: &str| {
        ["mail-", "user-"].iter().any(|kind| {
            key.starts_with(kind)
                && key.rmatch_indices('-').any(|(at, _)| {
                    spelled(&key[..at]) || uses.contains(&format!("\"{}-{{", &key[..at]))
                })
        })
    };
    let left: Vec<String> = keys(Locale::En)
        .into_keys()
        .filter(|key| !key.starts_with("said-") && !spelled(key) && !made(key))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_files_hold_nothing_but_texts_and_each_reads_well() {
    for locale in Locale::ALL {
        let texts = Texts::of(locale);
        for (key, variables) in keys(locale) {
            let values: Vec<(&str, &str)> = variables
                .iter()
                .map(|name| (name.as_str(), "VALUE"))
                .collect();
            let text = texts.with(&key, &values);
            assert_ne!(text, key, "{}: not read", locale.tag());
            assert!(!text.contains("{$"), "{}: {text}", locale.tag());
            let whole = variables
                .iter()
                .all(|_| text.contains("VALUE") || text.contains("one"));
            assert!(
                whole || key.contains("-life-") || key.contains("too-many"),
                "{text}"
            );
        }
    }
}

/// What stages say to people in English is in `said.ftl`, so that there is German for it. A sentence in the code of
/// a stage is taken for one of those.
#[test]
fn what_stages_say_has_words_in_every_language() {
    let sentence = Regex::new(r#""([A-Z][a-z][^"\\]* [^"\\]*[.?])""#).unwrap();
    let hole = Regex::new(r"\{[a-z_]*\}").unwrap();
    let german = Texts::of(Locale::De);
    let mut left = BTreeSet::new();
    for path in files(&Path::new(CRATE).join("src/executor"), &["rs"]) {
        let source = fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in lines.filter(|line| !line.contains("tracing::")) {
            for found in sentence.captures_iter(line) {
                let text = found[1].replace("{unit}", "seconds");
                let text = hole.replace_all(&text, "7").into_owned();
                if german.said(&text) == text {
                    left.insert(found[1].to_owned());
                }
            }
        }
    }
    assert!(left.is_empty(), "not in said.ftl: {left:#?}");
}
