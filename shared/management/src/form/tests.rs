use serde_json::json;

use super::*;
use crate::shape::{Choice, choice, each, flag, int, list, nested, object, slug, text, uuid};

static COLOURS: Choice = Choice {
    name: "ColourEnum",
    values: &["red", "blue"],
};
static PART: Shape = Shape {
    name: "Part",
    fields: &[text("url").required()],
};
static PARTS: Kind = Kind::Nested(&PART);
static SHAPE: Shape = Shape {
    name: "Thing",
    fields: &[
        uuid("pk").computed(),
        text("name").required().at_most(5),
        slug("slug"),
        text("note").blank(),
        int("order"),
        flag("enabled"),
        uuid("parent").nullable(),
        choice("colour", &COLOURS),
        object("attributes"),
        list("users", &each::INT),
        list("parts", &PARTS),
        nested("part", &PART),
    ],
};

fn form(mode: Mode, body: &Value) -> Form {
    Form::read(&SHAPE, body.to_string().as_bytes(), mode).unwrap()
}

fn errors(body: &Value) -> Value {
    form(Mode::Change, body).errors.into_value()
}

#[test]
fn what_is_required_is_so_on_post_and_put_and_not_on_patch() {
    let required = json!({"name": ["This field is required."]});
    assert_eq!(form(Mode::Create, &json!({})).errors.into_value(), required);
    assert_eq!(
        form(Mode::Replace, &json!({})).errors.into_value(),
        required
    );
    assert!(form(Mode::Change, &json!({})).errors.is_empty());
}

#[test]
fn reference_a_each_wrong_field_says_what_is_wrong_with_it() {
    for (field, value, says) in [
        ("name", json!(null), "This field may not be null."),
        ("name", json!("  "), "This field may not be blank."),
        (
            "name",
            json!("abcdef"),
            "Ensure this field has no more than 5 characters.",
        ),
        ("name", json!(["a"]), "Not a valid string."),
        ("name", json!("a\0"), "Null characters are not allowed."),
        (
            "slug",
            json!("a b"),
            "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.",
        ),
        ("order", json!("one"), "A valid integer is required."),
        ("order", json!(1.5), "A valid integer is required."),
        (
            "order",
            json!(2_147_483_648_i64),
            "Ensure this value is less than or equal to 2147483647.",
        ),
        ("enabled", json!("maybe"), "Must be a valid boolean."),
        ("parent", json!("x"), "Must be a valid UUID."),
        ("colour", json!("green"), "\"green\" is not a valid choice."),
        (
            "attributes",
            json!([]),
            "Value must be a dictionary, and not have any duplicate keys.",
        ),
        (
            "users",
            json!("x"),
            "Expected a list of items but got type \"str\".",
        ),
        ("users", json!(["x"]), "A valid integer is required."),
    ] {
        assert_eq!(
            errors(&json!({ field: value })),
            json!({ field: [says] }),
            "{field}: {value}"
        );
    }
}

#[test]
fn reference_a_of_a_list_of_objects_each_has_a_map_and_good_ones_an_empty_one() {
    let body = json!({"parts": [{"url": "a"}, {"url": ""}, 1]});
    let expected = json!({"parts": [
        {},
        {"url": ["This field may not be blank."]},
        {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
    ]});
    assert_eq!(errors(&body), expected);
    assert_eq!(
        errors(&json!({"part": {}})),
        json!({"part": {"url": ["This field is required."]}})
    );
}

#[test]
fn reference_a_texts_are_trimmed_and_an_empty_reference_is_null() {
    let body = json!({"name": " ada ", "note": " ", "parent": "", "order": "7", "enabled": 1, "pk": "x", "what": 1});
    let form = form(Mode::Create, &body);
    assert!(form.errors.is_empty());
    assert_eq!(form.text("name"), Some("ada"));
    assert_eq!(form.text("note"), Some(""));
    assert_eq!(form.get::<Option<Uuid>>("parent"), Some(None));
    assert_eq!(form.get::<i32>("order"), Some(7));
    assert_eq!(form.get::<bool>("enabled"), Some(true));
    assert!(!form.has("pk") && !form.has("what"));
}

#[test]
fn what_is_no_json_object_is_told_so() {
    let refused = |body: &str| Form::read(&SHAPE, body.as_bytes(), Mode::Create).unwrap_err();
    assert!(
        matches!(refused("{"), Refusal::Malformed(text) if text.starts_with("JSON parse error - "))
    );
    assert!(matches!(refused("[]"), Refusal::Invalid(errors)
        if errors.clone().into_value() == json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]})));
}
