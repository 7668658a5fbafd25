//! What is written is read again as it was.

use serde_json::json;

use super::*;
use crate::blueprint::yaml::{Data, Node as Read, parse};

/// Texts that are something else in YAML 1.1 or 1.2, or need care.
const TEXTS: [&str; 44] = [
    "",
    " ",
    "yes",
    "No",
    "on",
    "OFF",
    "y",
    "null",
    "~",
    "Null",
    "true",
    "1",
    "012",
    "0o17",
    "0x1f",
    "1e3",
    "1.",
    ".5",
    "-.inf",
    ".nan",
    "1:30",
    "12:30:45",
    "1_000",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "=",
    "<<",
    "- a",
    "a: b",
    "a #b",
    "!KeyOf x",
    "&a",
    "*a",
    "%a",
    "@a",
    "`a",
    "\"a\"",
    "'a'",
    "{a}",
    "[a",
    "a\tb",
    "\u{e9}\u{1f511}",
    "\u{85}\u{2028}",
    "a\r\nb",
];

/// Texts of several lines.
const LINES: [&str; 9] = [
    "return {\n    \"a\": 1,\n}",
    "  indented first\nthen not",
    "\n\nempty lines first",
    "ends with one\n",
    "ends with two\n\n",
    "trailing blanks  \nand a tab\t\n",
    "tab\tin it\n\tand first",
    "# no comment\n- no list\na: b",
    "---\nno document\n...",
];

fn entry(attrs: Fields) -> Entry {
    Entry {
        model: "authentik_core.application",
        id: Some("application/a: b".to_owned()),
        once: true,
        identifiers: vec![("slug".to_owned(), Node::Plain(json!("a")))],
        attrs,
    }
}

fn written(attrs: Fields) -> String {
    file("test", &[entry(attrs)]).unwrap()
}

/// A field of what was read.
fn field<'a>(node: &'a Read, name: &str) -> &'a Read {
    let Data::Map(pairs) = &node.data else {
        panic!("{name}: no mapping");
    };
    let found = pairs.iter().find(|(its, _)| its == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

fn attrs(text: &str) -> Read {
    let read = parse(text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    let Data::List(entries) = &field(&read, "entries").data else {
        panic!("no entries");
    };
    field(&entries[0], "attrs").clone()
}

fn json_of(node: &Read) -> Value {
    match &node.data {
        Data::Plain(value) => value.clone(),
        Data::List(items) => items.iter().map(json_of).collect(),
        Data::Map(pairs) => {
            let pairs = pairs.iter();
            Value::Object(
                pairs
                    .map(|(name, node)| (name.clone(), json_of(node)))
                    .collect(),
            )
        }
        Data::Tagged(tag, inner) => json!({ tag: json_of(inner) }),
    }
}

#[test]
fn every_text_survives_wherever_it_stands() {
    for text in TEXTS.into_iter().chain(LINES) {
        let value = json!({ "text": text, "list": [text, { "deep": [text] }], text: text });
        let yaml = written(vec![("value".to_owned(), Node::Plain(value.clone()))]);
        assert_eq!(
            json_of(field(&attrs(&yaml), "value")),
            value,
            "{text:?}:\n{yaml}"
        );
    }
}

#[test]
fn values_keep_their_types() {
    let value = json!([
        null,
        true,
        false,
        0,
        -1,
        4_294_967_296_u64,
        0.5,
        1.0,
        [],
        {},
        "",
        [[]]
    ]);
    let yaml = written(vec![("value".to_owned(), Node::Plain(value.clone()))]);
    assert_eq!(json_of(field(&attrs(&yaml), "value")), value, "{yaml}");
}

#[test]
fn an_expression_is_a_block_that_people_can_read() {
    let text = LINES[0];
    let yaml = written(vec![("expression".to_owned(), Node::Plain(json!(text)))]);
    assert!(yaml.contains("expression: |-\n"), "{yaml}");
    assert!(yaml.contains("    \"a\": 1,\n"), "{yaml}");
    let long = "a word ".repeat(40);
    let yaml = written(vec![(
        "description".to_owned(),
        Node::Plain(json!(long.trim())),
    )]);
    assert!(
        yaml.contains(long.trim()),
        "it is not broken into lines: {yaml}"
    );
}

#[test]
fn objects_name_each_other_by_authentiks_tags() {
    let find = Node::Find("authentik_flows.flow".into(), ("slug".into(), "yes".into()));
    let key_of = Node::KeyOf("flow/a: b".into());
    let yaml = written(vec![
        ("flow".to_owned(), find),
        ("provider".to_owned(), key_of.clone()),
        (
            "several".to_owned(),
            Node::List(vec![key_of, Node::List(Vec::new())]),
        ),
    ]);
    let read = json_of(&attrs(&yaml));
    let want = json!({
        "flow": { "Find": ["authentik_flows.flow", ["slug", "yes"]] },
        "provider": { "KeyOf": "flow/a: b" },
        "several": [{ "KeyOf": "flow/a: b" }, []],
    });
    assert_eq!(read, want, "{yaml}");
}

#[test]
fn an_entry_reads_as_authentiks_do() {
    let yaml = written(vec![("name".to_owned(), Node::Plain(json!("A")))]);
    let want = "version: 1
metadata:
  name: test
  labels:
    blueprints.goauthentik.io/generated: \"true\"
entries:
- model: authentik_core.application
  id: \"application/a: b\"
  state: created
  identifiers:
    slug: a
  attrs:
    name: A
";
    assert_eq!(yaml.replace('\'', "\""), want);
}
