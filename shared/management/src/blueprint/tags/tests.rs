use serde_json::json;

use super::*;
use crate::blueprint::yaml::parse;

/// Knows one flow and one entry.
struct Few;

impl Finder for Few {
    fn find(
        &self,
        model: &'static Model,
        fields: &[(String, Value)],
    ) -> Result<Option<Value>, Miss> {
        match (model.name.as_str(), fields) {
            ("authentik_flows.flow", [(field, value)]) if field == "slug" => {
                Ok((value == "known").then(|| json!("the flow")))
            }
            ("authentik_core.user", _) => Err(Miss::Ask(Query {
                model: &model.name,
                fields: fields.to_vec(),
            })),
            _ => Err(Miss::Wrong("it has no such field.".to_owned())),
        }
    }

    fn key_of(&self, id: &str) -> Option<Value> {
        (id == "one").then(|| json!("its key"))
    }
}

fn resolved(text: &str) -> Result<Value, Halt> {
    let context = parse("{name: Ours, list: [a, b], map: {x: 1}, flag: !Context [other, true]}");
    let Ok(Data::Map(context)) = context.map(|node| node.data) else {
        panic!("a context");
    };
    let given = json!({ "given": "by the request", "name": "Theirs" });
    let given = given.as_object().cloned().unwrap_or_default();
    let node = parse(text).expect("good YAML");
    from(0, &node, &context, &given)
}

/// With so much used up already.
fn from(
    spent: usize,
    node: &Node,
    context: &Pairs,
    given: &Map<String, Value>,
) -> Result<Value, Halt> {
    let resolver = Resolver {
        given,
        context,
        environment: &Environment::Closed,
        finder: &Few,
        spent: &AtomicUsize::new(spent),
    };
    resolver.value(node)
}

fn wrong(text: &str) -> String {
    match resolved(text) {
        Err(Halt::Wrong(wrong)) => wrong.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn authentiks_tags_say_what_they_say_there() {
    for (text, expected) in [
        ("!KeyOf one", json!("its key")),
        (
            "!Find [authentik_flows.flow, [slug, known]]",
            json!("the flow"),
        ),
        ("!Find [authentik_flows.flow, [slug, other]]", json!(null)),
        (
            "!Find [authentik_flows.flow, [slug, !Format [kn%s, own]]]",
            json!("the flow"),
        ),
        ("!Context given", json!("by the request")),
        ("!Context name", json!("Theirs")),
        ("!Context [none, [1, 2]]", json!([1, 2])),
        ("!Context none", json!(null)),
        ("!Context flag", json!(true)),
        (
            "!Env [LATCHKEY_SURELY_NOT_SET, a default]",
            json!("a default"),
        ),
        (
            "!Format ['%s-%d%%', !Context given, 5]",
            json!("by the request-5%"),
        ),
        ("!Format ['%s %s', true, null]", json!("True None")),
        (
            "!If [!Context flag, {a: !KeyOf one}, no]",
            json!({ "a": "its key" }),
        ),
        ("!If [0, 1, 2]", json!(2)),
        ("!If ['']", json!(false)),
        ("!Condition [AND, true, 1, x]", json!(true)),
        ("!Condition [and, true, 0]", json!(false)),
        ("!Condition [NAND, true, 0]", json!(true)),
        ("!Condition [OR, false, x]", json!(true)),
        ("!Condition [NOR, false, 0]", json!(true)),
        ("!Condition [XOR, true, true, true]", json!(true)),
        ("!Condition [XNOR, true, false]", json!(false)),
        (
            "!Enumerate [!Context list, SEQ, !Format ['%d%s', !Index 0, !Value 0]]",
            json!(["0a", "1b"]),
        ),
        (
            "!Enumerate [!Context list, MAP, [!Value 0, !Index 0]]",
            json!({ "a": 0, "b": 1 }),
        ),
        (
            "!Enumerate [!Context map, SEQ, [!Index 0, !Value 0]]",
            json!([["x", 1]]),
        ),
        (
            "!Enumerate [[1], SEQ, !Enumerate [[2], SEQ, [!Value 0, !Value 1]]]",
            json!([[[2, 1]]]),
        ),
        ("{a: [!KeyOf one]}", json!({ "a": ["its key"] })),
    ] {
        assert_eq!(resolved(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_resolved_names_tag_and_line() {
    for (text, expected) in [
        (
            "\n!KeyOf two",
            "Line 2: !KeyOf two: no entry before this one has that id.",
        ),
        (
            "!Find [no.model, [a, b]]",
            "Line 1: !Find: there is no model \"no.model\" here.",
        ),
        (
            "!Find [authentik_flows.flow]",
            "Line 1: !Find is written [model, [field, value], …].",
        ),
        (
            "!Find [authentik_flows.flow, [nope, 1]]",
            "Line 1: !Find: it has no such field.",
        ),
        (
            "!Format ['%s']",
            "Line 1: !Format: there are not enough values.",
        ),
        (
            "!Format ['%x', 1]",
            "Line 1: !Format: its places are written %s and %d.",
        ),
        (
            "!Value 0",
            "Line 1: !Index and !Value name how many !Enumerate they look up, from 0.",
        ),
        (
            "!Condition [AND]",
            "Line 1: !Condition is written [AND, NAND, OR, NOR, XOR or XNOR, value, …].",
        ),
        (
            "!Enumerate [1, SEQ, 1]",
            "Line 1: !Enumerate is written [list or mapping, SEQ or MAP, value].",
        ),
    ] {
        assert_eq!(wrong(text), expected, "{text}");
    }
    assert!(wrong("!Env PATH").contains("the API reads no environment variables"));
}

#[test]
fn people_are_asked_for_before() {
    let asked = resolved("!Find [authentik_core.user, [username, ada]]");
    let query = Query {
        model: "authentik_core.user",
        fields: vec![("username".to_owned(), json!("ada"))],
    };
    assert_eq!(asked, Err(Halt::Ask(query)));
}

#[test]
fn values_do_not_grow_without_end() {
    let list = vec!["x"; 40].join(", ");
    let mut text = "y".to_owned();
    for _ in 0..8 {
        text = format!("!Enumerate [[{list}], SEQ, {text}]");
    }
    let large = Wrong::at(1, "Its values grow too large.");
    let node = parse(&text).expect("good YAML");
    let ended = from(MOST - 100_000, &node, &Vec::new(), &Map::new());
    assert_eq!(ended, Err(Halt::Wrong(large)));
    let context = parse("{a: !Context a}").expect("good YAML");
    let Data::Map(context) = context.data else {
        panic!("a context");
    };
    let given = Map::new();
    let node = parse("!Context a").expect("good YAML");
    let ended = from(0, &node, &context, &given);
    assert!(matches!(ended, Err(Halt::Wrong(_))));
}

#[test]
fn what_is_counted_through_is_spent_each_time() {
    let (long, ones) = ("x".repeat(100_000), vec!["1"; 1_000].join(", "));
    let large = Wrong::at(1, "Its values grow too large.");
    for text in [
        format!("!Enumerate [[{long}], SEQ, !Enumerate [[{ones}], SEQ, !Value 1]]"),
        format!("!Enumerate [{{{long}: 1}}, SEQ, !Enumerate [[{ones}], SEQ, !Index 1]]"),
        format!("!Enumerate [[{ones}], SEQ, {{{long}: 1}}]"),
    ] {
        assert_eq!(resolved(&text), Err(Halt::Wrong(large.clone())));
    }
}

#[test]
fn the_environment_counts_where_somebody_gives_theirs() {
    let variables = [("NAME", "ours"), ("EMPTY", "")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = Environment::Of(variables.into());
    assert_eq!(format!("{environment:?}"), "Of(2 variables)");
    let (given, context) = (Map::new(), Vec::new());
    let resolver = Resolver {
        given: &given,
        context: &context,
        environment: &environment,
        finder: &Few,
        spent: &AtomicUsize::new(0),
    };
    for (text, expected) in [
        ("!Env NAME", Some("ours")),
        ("!Env [NAME, other]", Some("ours")),
        ("!Env [EMPTY, other]", Some("other")),
        ("!Env EMPTY", None),
    ] {
        let value = resolver.value(&parse(text).expect("good YAML"));
        assert_eq!(value.ok(), expected.map(Value::from), "{text}");
    }
}
