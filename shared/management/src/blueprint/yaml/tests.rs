use serde_json::json;

use super::*;

fn value(node: &Node) -> Value {
    match &node.data {
        Data::Plain(value) => value.clone(),
        Data::List(items) => items.iter().map(value).collect(),
        Data::Map(pairs) => {
            let pairs = pairs.iter().map(|(name, node)| (name.clone(), value(node)));
            Value::Object(pairs.collect())
        }
        Data::Tagged(tag, node) => json!({ "!": tag, "": value(node) }),
    }
}

fn read(text: &str) -> Value {
    value(&parse(text).expect("good YAML"))
}

fn refused(text: &str) -> String {
    parse(text).expect_err("bad YAML").to_string()
}

#[test]
fn yaml_10_3_2_plain_scalars() {
    let text = "[1, -2, 1.5, 1e3, true, null, ~, '1', \"true\", 1.2.3, 2024-10-01, 0x, abc, yes, 12ab, !!str 5]";
    let expected = json!([
        1,
        -2,
        1.5,
        1000.0,
        true,
        null,
        null,
        "1",
        "true",
        "1.2.3",
        "2024-10-01",
        "0x",
        "abc",
        "yes",
        "12ab",
        "5"
    ]);
    assert_eq!(read(text), expected);
}

#[test]
fn tags_are_kept_with_what_is_behind_them() {
    let text =
        "a: !KeyOf flow\nb: !Find [m, [slug, x]]\nc: !Enumerate [!Context list, SEQ, !Value 0]";
    let expected = json!({
        "a": { "!": "KeyOf", "": "flow" },
        "b": { "!": "Find", "": ["m", ["slug", "x"]] },
        "c": { "!": "Enumerate", "": [{ "!": "Context", "": "list" }, "SEQ", { "!": "Value", "": 0 }] },
    });
    assert_eq!(read(text), expected);
}

#[test]
fn lines_are_counted_from_one() {
    let node = parse("# a comment\na: 1\nb:\n  - 2\n").expect("good YAML");
    let Data::Map(pairs) = &node.data else {
        panic!("a mapping");
    };
    assert_eq!((pairs[0].1.line, pairs[1].1.line), (2, 4));
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let text = "base: &base {a: 1, b: 2}\nother:\n  a: 3\n  <<: *base\nsame: *base";
    let expected = json!({
        "base": { "a": 1, "b": 2 },
        "other": { "a": 3, "b": 2 },
        "same": { "a": 1, "b": 2 },
    });
    assert_eq!(read(text), expected);
}

#[test]
fn aliases_of_aliases_do_not_grow_without_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let last = n - 1;
        let items = vec![format!("*a{last}"); 10].join(", ");
        text = format!("{text}a{n}: &a{n} [{items}]\n");
    }
    assert!(refused(&text).contains("more than 200000 values"));
}

#[test]
fn texts_are_counted_as_often_as_an_alias_repeats_them() {
    let long = "x".repeat(700 * 1024);
    let aliases = "*long, ".repeat(75_000);
    for text in [
        format!("a: &long {long}\nb: [{aliases}]"),
        format!("a: &long {{{long}: 1}}\nb: [{aliases}]"),
        format!("a: &long !{long} 1\nb: [{aliases}]"),
    ] {
        assert!(text.len() < 1_300_000);
        assert!(refused(&text).contains("more than 8388608 bytes"));
    }
    assert!(parse(&format!("a: &long {long}\nb: [*long, *long]")).is_ok());
}

#[test]
fn a_mapping_with_very_many_names_is_read_at_once() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for number in 0..90_000 {
        writeln!(text, "n{number}: 1").expect("written");
    }
    let Ok(Data::Map(pairs)) = parse(&text).map(|node| node.data) else {
        panic!("a mapping");
    };
    assert_eq!(pairs.len(), 90_000);
    text.push_str("n5: 2");
    assert!(refused(&text).contains("\"n5\" stands twice"));
}

#[test]
fn nesting_ends_somewhere() {
    for text in ["[".repeat(5_000), "- ".repeat(400_000)] {
        let wrong = refused(&text);
        assert!(
            wrong.contains("deep") || wrong.contains("No YAML"),
            "{wrong}"
        );
    }
}

#[test]
fn what_is_no_yaml_says_where() {
    assert!(refused("a: 1\nb: [1,\n").starts_with("Line "));
    assert_eq!(
        refused("a: 1\na: 2"),
        "Line 2: \"a\" stands twice in the same mapping."
    );
    assert!(refused("---\na: 1\n---\nb: 1").contains("second document"));
    assert_eq!(refused(""), "Line 1: There is nothing in it.");
    assert!(refused("a: &x [*x]").contains("alias"));
}
