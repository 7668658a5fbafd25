//! Kinds of items: the words in capitals of their keys, in an item and in the source that makes keys.

use std::collections::BTreeSet;

use serde_json::Value;

use super::items::key;

/// Where all keys are made.
const SOURCES: [&str; 2] = [
    include_str!("../../../../shared/aws/src/dynamodb/schema.rs"),
    include_str!("../../../../shared/aws/src/dynamodb/schema/directory.rs"),
];

/// The kind of an item, such as `USER/SESSION`.
pub(super) fn of(item: &Value) -> String {
    let (pk, sk) = (key(item, "pk"), key(item, "sk"));
    let pk = match pk.strip_prefix("T#").and_then(|rest| rest.split_once('#')) {
        Some((_tenant, rest)) => rest,
        None => pk.as_str(),
    };
    let words: Vec<&str> = pk
        .split('#')
        .chain(sk.split('#'))
        .filter(|it| is_word(it))
        .collect();
    match words.as_slice() {
        ["LIMIT", _name] => "LIMIT".to_owned(), // what is limited has a name in capitals
        words => words.join("/"),
    }
}

/// All kinds that the source makes keys of.
pub(super) fn all() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for source in SOURCES {
        for function in source.split("pub(crate) fn ").skip(1) {
            let body = function.split("\n    }\n").next().unwrap_or_default();
            if body.contains("-> Self") {
                kinds.insert(words_of(body).join("/"));
            }
        }
    }
    kinds.remove(""); // those that ask another
    assert!(kinds.len() > 40, "they are read: {kinds:?}");
    kinds
}

/// The words in the texts of a function, with the constants that they name.
fn words_of(body: &str) -> Vec<String> {
    let mut words = Vec::new();
    for text in body.split('"').skip(1).step_by(2) {
        for part in text.split(['#', '}']) {
            if is_word(part) {
                words.push(part.to_owned());
            } else if let Some(name) = part.strip_prefix('{').filter(|name| is_constant(name)) {
                words.push(constant(name));
            }
        }
    }
    words.retain(|word| word != "T");
    words
}

/// `const NAME: &str = "WORD#";`
fn constant(name: &str) -> String {
    let declared = format!("const {name}: &str = \"");
    let value = SOURCES[0].split(&declared).nth(1).expect("a constant");
    value.split(['#', '"']).next().expect("a value").to_owned()
}

fn is_word(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_constant(text: &str) -> bool {
    text.len() > 2
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[test]
fn kinds_are_read_from_the_source_as_from_items() {
    let kinds = all();
    for kind in [
        "HOST/TENANT",
        "TENANTS",
        "USER/USER",
        "USER/SESSION",
        "USER/USERTOKEN",
        "GROUP/MEMBER",
        "CONFIG/REVISION",
        "CONFIG",
        "PLAN/NEXT",
        "DEVICES/UNTIL",
        "EVENTS",
        "COUNTER/USERS",
    ] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    let item = |pk: &str, sk: &str| serde_json::json!({"pk": {"S": pk}, "sk": {"S": sk}});
    for (pk, sk, kind) in [
        ("HOST#id.example.com", "TENANT", "HOST/TENANT"),
        ("T#a#USER#1f", "SESSION#2f", "USER/SESSION"),
        ("T#a#LOGIN#aBc", "LOGIN", "LOGIN/LOGIN"),
        ("T#TENANT#EVENTS", "000002#1f", "EVENTS"),
    ] {
        assert_eq!(of(&item(pk, sk)), kind);
    }
}
