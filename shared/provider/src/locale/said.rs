//! What stages say, from English into the page's language: `said.ftl` has each text in both, so the English one finds
//! the key. Texts with values are found by what stands around the values.

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use regex::Regex;

use super::texts::files;
use super::{Locale, Texts};

/// Stands for a value while the text around it is looked at.
const HOLE: char = '\u{E002}';

struct Table {
    plain: HashMap<String, String>,
    with_values: Vec<Shape>,
}

/// A text with values.
struct Shape {
    key: String,
    names: Vec<String>,
    text: Regex,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        plain: HashMap::new(),
        with_values: Vec::new(),
    };
    let english = Texts::of(Locale::En);
    for (key, names) in keys() {
        if names.is_empty() {
            table.plain.insert(english.get(&key), key);
        } else if let Some(text) = shape(english, &key, &names) {
            table.with_values.push(Shape { key, names, text });
        }
    }
    table
});

pub(super) fn translated(texts: Texts, english: &str) -> String {
    if texts.locale() == Locale::En {
        return english.to_owned();
    }
    if let Some(key) = TABLE.plain.get(english) {
        return texts.get(key);
    }
    let filled = TABLE.with_values.iter().find_map(|shape| {
        let found = shape.text.captures(english)?;
        let mut args = FluentArgs::new();
        for (at, name) in shape.names.iter().enumerate() {
            args.set(name.clone(), found.get(at + 1)?.as_str().to_owned());
        }
        Some(texts.format(&shape.key, Some(&args)))
    });
    filled.unwrap_or_else(|| english.to_owned())
}

/// The keys of `said.ftl`, each with its variables in their order.
fn keys() -> Vec<(String, Vec<String>)> {
    let [.., file] = files(Locale::En);
    let lines = file.lines().filter_map(|line| line.split_once(" = "));
    lines
        .filter(|(key, _)| key.starts_with("said-"))
        .map(|(key, text)| (key.to_owned(), variables(text)))
        .collect()
}

fn variables(text: &str) -> Vec<String> {
    let holes = text.split("{ $").skip(1);
    let name = |hole: &str| hole.split([' ', '}']).next().unwrap_or_default().to_owned();
    holes.map(name).collect()
}

fn shape(english: Texts, key: &str, names: &[String]) -> Option<Regex> {
    let holes: Vec<(&str, String)> = names
        .iter()
        .map(|name| (name.as_str(), HOLE.to_string()))
        .collect();
    let text = regex::escape(&english.with(key, &holes));
    Regex::new(&format!("^{}$", text.replace(HOLE, "(.+?)"))).ok()
}
