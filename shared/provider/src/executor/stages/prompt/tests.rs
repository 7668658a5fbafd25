//! What may be filled in, field by field (authentik: `stages/prompt`).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::check::check;
use super::fields::Field;
use crate::flow::answer::Answer;
use crate::flow::challenge::Errors;
use crate::flow::stage::{FieldType, PromptSettings};

fn settings(kind: FieldType, required: bool) -> PromptSettings {
    PromptSettings {
        id: Uuid::nil(),
        name: "a".to_owned(),
        field_key: "a".to_owned(),
        label: "A".to_owned(),
        r#type: kind,
        required,
        placeholder: String::new(),
        initial_value: String::new(),
        order: 1,
        sub_text: String::new(),
        placeholder_expression: false,
        initial_value_expression: false,
    }
}

fn field(settings: &PromptSettings) -> Field<'_> {
    Field {
        settings,
        initial: Value::String(String::new()),
        placeholder: String::new(),
        choices: Vec::new(),
        fixed: false,
    }
}

fn answer(json: &Value) -> Answer {
    Answer::of_json(json.to_string().as_bytes()).unwrap()
}

/// What becomes of this answer to one field: its value, or the codes of what is wrong.
fn outcome(field: &Field<'_>, given: &Value) -> Result<Value, String> {
    let given = if given.is_null() {
        json!({})
    } else {
        json!({ "a": given })
    };
    let said = check(std::slice::from_ref(field), &answer(&given));
    said.map(|values| values.get("a").cloned().unwrap_or_else(|| json!("(none)")))
        .map_err(|errors| codes(&errors))
}

fn codes(errors: &Errors) -> String {
    let all = errors.0.iter().flat_map(|(key, details)| {
        details
            .iter()
            .map(move |detail| format!("{key}: {}", detail.code))
    });
    all.collect::<Vec<_>>().join(", ")
}

fn wrong(code: &str) -> Result<Value, String> {
    Err(format!("a: {code}"))
}

#[test]
fn each_kind_takes_what_it_is_for_and_nothing_else() {
    use FieldType as F;
    let long = "x".repeat(2_001);
    let cases = [
        (F::Text, json!(" a b "), Ok(json!(" a b "))),
        (F::Text, json!(7), Ok(json!("7"))),
        (F::Text, json!(["x"]), wrong("invalid")),
        (F::Text, json!("a\u{0}b"), wrong("invalid")),
        (F::Text, json!(long), wrong("max_length")),
        (F::TextArea, json!("a\nb\tc"), Ok(json!("a\nb\tc"))),
        (F::TextArea, json!("a\u{1b}b"), wrong("invalid")),
        (F::Username, json!(" anna "), Ok(json!("anna"))),
        (
            F::Username,
            json!("anna@example.com"),
            Ok(json!("anna@example.com")),
        ),
        (F::Username, json!("an na"), wrong("invalid")),
        (F::Username, json!("x".repeat(151)), wrong("max_length")),
        (
            F::Email,
            json!(" Anna.B+c@Example.co.uk "),
            Ok(json!("Anna.B+c@Example.co.uk")),
        ),
        (
            F::Email,
            json!("anna@bücher.example"),
            Ok(json!("anna@bücher.example")),
        ),
        (
            F::Password,
            json!(" with blanks "),
            Ok(json!(" with blanks ")),
        ),
        (F::Password, json!("x".repeat(1_025)), wrong("max_length")),
        (F::Number, json!("-12"), Ok(json!(-12))),
        (F::Number, json!(" 7.00 "), Ok(json!(7))),
        (F::Number, json!("7.5"), wrong("invalid")),
        (F::Number, json!("seven"), wrong("invalid")),
        (F::Checkbox, json!("on"), Ok(json!(true))),
        (F::Checkbox, json!(true), Ok(json!(true))),
        (F::Checkbox, json!("false"), Ok(json!(false))),
        (F::Checkbox, Value::Null, Ok(json!(false))),
        (F::Date, json!("2024-02-29"), Ok(json!("2024-02-29"))),
        (F::Date, json!("2023-02-29"), wrong("invalid")),
        (F::Date, json!("29.02.2024"), wrong("invalid")),
        (
            F::DateTime,
            json!("2024-02-29T12:30"),
            Ok(json!("2024-02-29T12:30:00Z")),
        ),
        (
            F::DateTime,
            json!("2024-02-29T12:30:05.5+02:00"),
            Ok(json!("2024-02-29T10:30:05Z")),
        ),
        (
            F::DateTime,
            json!("2024-02-29"),
            Ok(json!("2024-02-29T00:00:00Z")),
        ),
        (F::DateTime, json!("noon"), wrong("invalid")),
        (F::Locale, json!("de-AT"), Ok(json!("de"))),
        (F::Locale, json!(""), Ok(json!(""))),
        (F::Locale, json!("tlh"), wrong("invalid_choice")),
        (F::Separator, json!("x"), Ok(json!("(none)"))),
    ];
    for (kind, given, wanted) in cases {
        let settings = settings(kind, true);
        assert_eq!(
            outcome(&field(&settings), &given),
            wanted,
            "{kind:?} {given}"
        );
    }
}

#[test]
fn addresses_are_of_a_form_that_mail_can_go_to() {
    let settings = settings(FieldType::Email, true);
    for bad in [
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "a b@example.com",
        "anna@exa mple.com",
        "anna@@example.com",
        ".anna@example.com",
        "an..na@example.com",
        "anna@example..com",
        "ännä@example.com",
        "anna@example.com\r\nBcc: x@example.com",
        "<anna@example.com>",
    ] {
        assert_eq!(
            outcome(&field(&settings), &json!(bad)),
            wrong("invalid"),
            "{bad}"
        );
    }
    let long = format!("{}@example.com", "x".repeat(65));
    assert_eq!(outcome(&field(&settings), &json!(long)), wrong("invalid"));
    assert!(outcome(&field(&settings), &json!("root@localhost")).is_ok());
}

#[test]
fn what_is_required_may_be_neither_left_out_nor_left_empty() {
    use FieldType as F;
    for kind in [
        F::Text,
        F::Username,
        F::Email,
        F::Password,
        F::Number,
        F::Date,
        F::DateTime,
        F::File,
    ] {
        let (must, may) = (settings(kind, true), settings(kind, false));
        assert_eq!(
            outcome(&field(&must), &Value::Null),
            wrong("required"),
            "{kind:?}"
        );
        assert_eq!(
            outcome(&field(&must), &json!("")),
            wrong("blank"),
            "{kind:?}"
        );
        assert_eq!(
            outcome(&field(&may), &Value::Null),
            Ok(json!("(none)")),
            "{kind:?}"
        );
        assert!(outcome(&field(&may), &json!("")).is_ok(), "{kind:?}");
    }
    let may = settings(F::Text, false);
    assert_eq!(outcome(&field(&may), &json!("")), Ok(json!("")));
    let may = settings(F::Date, false);
    assert_eq!(
        outcome(&field(&may), &json!("")),
        Ok(Value::Null),
        "a date that is taken back"
    );
}

#[test]
fn what_is_left_out_keeps_what_it_had() {
    let settings = settings(FieldType::Text, true);
    let known = Field {
        initial: json!("known"),
        ..field(&settings)
    };
    assert_eq!(outcome(&known, &Value::Null), Ok(json!("known")));
    assert_eq!(outcome(&known, &json!("")), wrong("blank"));
}

#[test]
fn release_2022_7_3_what_cannot_be_changed_is_never_required_and_keeps_its_value() {
    use FieldType as F;
    for kind in [F::TextReadOnly, F::TextAreaReadOnly, F::Hidden, F::Static] {
        let settings = settings(kind, true);
        let empty = field(&settings);
        assert!(!empty.shown(&Map::new()).required, "{kind:?}");
        assert_eq!(outcome(&empty, &json!("forged")), Ok(json!("")), "{kind:?}");
        let known = Field {
            initial: json!("known"),
            ..field(&settings)
        };
        for given in [Value::Null, json!(""), json!("forged")] {
            assert_eq!(
                outcome(&known, &given),
                Ok(json!("known")),
                "{kind:?} {given}"
            );
        }
    }
    let separator = settings(F::Separator, true);
    assert!(!field(&separator).shown(&Map::new()).required);
}

#[test]
fn what_an_invitation_says_is_shown_and_cannot_be_changed() {
    let settings = settings(FieldType::Email, true);
    let fixed = Field {
        initial: json!("anna@example.com"),
        fixed: true,
        ..field(&settings)
    };
    let shown = fixed.shown(&Map::from_iter([("a".to_owned(), json!("typed"))]));
    assert_eq!(
        (
            shown.r#type.as_str(),
            shown.initial_value.as_str(),
            shown.required
        ),
        ("text_read_only", "anna@example.com", false)
    );
    assert_eq!(
        outcome(&fixed, &json!("eve@example.com")),
        Ok(json!("anna@example.com"))
    );
}

#[test]
fn only_what_is_offered_can_be_chosen() {
    for kind in [FieldType::Dropdown, FieldType::RadioButtonGroup] {
        let settings = settings(kind, true);
        let offered = Field {
            choices: vec![
                json!("red"),
                json!(7),
                json!({"label": "Blue", "value": "b"}),
            ],
            initial: json!("green"),
            ..field(&settings)
        };
        for (given, wanted) in [
            (json!("red"), Ok(json!("red"))),
            (json!("7"), Ok(json!(7))),
            (json!("b"), Ok(json!("b"))),
            (json!("green"), wrong("invalid_choice")),
            (json!("Blue"), wrong("invalid_choice")),
            (Value::Null, Ok(json!("red"))), // the first, as nothing that is offered is set
        ] {
            assert_eq!(outcome(&offered, &given), wanted, "{kind:?} {given}");
        }
        let shown = offered.shown(&Map::new());
        assert_eq!(
            (shown.initial_value.as_str(), shown.placeholder.as_str()),
            ("red", "")
        );
        let texts = json!(["red", "7", {"label": "Blue", "value": "b"}]);
        assert_eq!(json!(shown.choices), texts);
        let none = Field {
            choices: Vec::new(),
            ..offered
        };
        assert_eq!(outcome(&none, &json!("red")), wrong("invalid_choice"));
    }
}

#[test]
fn release_2022_7_2_a_file_is_a_data_url_and_text_in_it_is_decoded() {
    let settings = settings(FieldType::File, true);
    let file = field(&settings);
    let picture = "data:image/png;base64,iVBORw0KGgo=";
    let broken = "data:text/plain;base64,***";
    for (given, wanted) in [
        ("data:text/plain;base64,aGFsbG8=", Ok(json!("hallo"))),
        ("data:text/plain;charset=utf-8;base64,w6Q=", Ok(json!("ä"))),
        (picture, Ok(json!(picture))), // release 2022.7.3: no text, so as it is
        (broken, Ok(json!(broken))),
        ("data:text/plain,hallo", wrong("invalid")),
        ("hallo", wrong("invalid")),
        ("https://example.com/a.png", wrong("invalid")),
    ] {
        assert_eq!(outcome(&file, &json!(given)), wanted, "{given}");
    }
    let of = |bytes: usize| format!("data:a/b;base64,{}", "A".repeat(bytes.div_ceil(3) * 4));
    assert!(outcome(&file, &json!(of(32 * 1024))).is_ok());
    assert_eq!(
        outcome(&file, &json!(of(32 * 1024 + 4))),
        wrong("max_length")
    );
}

#[test]
fn passwords_of_a_stage_are_alike_and_never_shown_again() {
    let mut settings = [
        settings(FieldType::Password, true),
        settings(FieldType::Password, true),
    ];
    settings[1].field_key = "b".to_owned();
    let fields: Vec<_> = settings.iter().map(field).collect();
    let alike = json!({"a": "correct horse", "b": "correct horse"});
    assert!(check(&fields, &answer(&alike)).is_ok());
    let unlike = json!({"a": "correct horse", "b": "correct  horse"});
    let errors = check(&fields, &answer(&unlike)).unwrap_err();
    assert_eq!(codes(&errors), "non_field_errors: invalid");
    let typed = super::check::typed(&fields, &answer(&unlike));
    assert!(typed.is_empty());
    let known = Field {
        initial: json!("secret"),
        ..field(&settings[0])
    };
    let typed = Map::from_iter([("a".to_owned(), json!("secret"))]);
    assert_eq!(known.shown(&typed).initial_value, "");
}

#[test]
fn what_was_typed_is_shown_again_beside_what_is_wrong() {
    let settings = settings(FieldType::Email, true);
    let email = field(&settings);
    let given = answer(&json!({"a": "anna@"}));
    let errors = check(std::slice::from_ref(&email), &given).unwrap_err();
    assert_eq!(
        errors.about("a"),
        ["Enter an email address, such as anna@example.com."]
    );
    let typed = super::check::typed(std::slice::from_ref(&email), &given);
    assert_eq!(email.shown(&typed).initial_value, "anna@");
}

#[test]
fn values_are_shown_as_inputs_take_them() {
    let shown = |kind, initial: Value| {
        let settings = settings(kind, false);
        let field = Field {
            initial,
            ..field(&settings)
        };
        field.shown(&Map::new()).initial_value
    };
    assert_eq!(shown(FieldType::Checkbox, json!(true)), "true");
    assert_eq!(shown(FieldType::Checkbox, json!("True")), "true");
    assert_eq!(shown(FieldType::Checkbox, json!(false)), "");
    assert_eq!(shown(FieldType::Checkbox, json!("False")), "");
    assert_eq!(shown(FieldType::Number, json!(7)), "7");
    assert_eq!(
        shown(FieldType::DateTime, json!("2024-02-29T12:30:00Z")),
        "2024-02-29T12:30:00"
    );
    assert_eq!(shown(FieldType::File, json!("data:a/b;base64,AAAA")), "");
}
