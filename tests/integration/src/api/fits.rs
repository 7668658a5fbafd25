//! Holds answers against the table of operations: what strict clients refuse (API reference E) is found here.

use std::collections::BTreeSet;

use chrono::DateTime;
use http::{Method, StatusCode};
use management::operation::{Answer, Found, Operation, find};
use management::shape::{Field, Kind, Presence, Shape};
use provider::http::Response;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{header, text};

/// That an answer is as the operation says it, or a refusal of the kind that clients read.
pub(crate) fn assert_answer(method: &Method, path: &str, response: &Response) {
    let (path, _) = path.split_once('?').unwrap_or((path, ""));
    let at = format!("{method} {path}: {} {}", response.status(), text(response));
    let Found::One(operation, _) = find(method, path) else {
        let nothing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(nothing.contains(&response.status()), "no operation: {at}");
        return;
    };
    let documented = management::schema::statuses(operation);
    assert!(
        documented.contains(&response.status()),
        "undocumented: {at}"
    );
    if response.status().is_success() {
        assert_good(operation, response, &at);
    } else {
        assert_refused(response, &at);
    }
}

fn assert_good(operation: &Operation, response: &Response, at: &str) {
    let is = |status: StatusCode| assert_eq!(response.status(), status, "{at}");
    match operation.answer {
        Answer::One(status, shape) => {
            is(status);
            assert_fits(shape, &value(response, at));
        }
        Answer::Page(shape) => {
            is(StatusCode::OK);
            assert_page(shape, &value(response, at));
        }
        Answer::Several(shape) => {
            is(StatusCode::OK);
            let all = value(response, at);
            let all = all.as_array().unwrap_or_else(|| panic!("no list: {at}"));
            for one in all {
                assert_fits(shape, one);
            }
        }
        Answer::Empty(status) => {
            is(status);
            assert_eq!(text(response), "", "{at}");
        }
        Answer::Raw(kind) => {
            is(StatusCode::OK);
            assert!(header(response, "content-type").starts_with(kind), "{at}");
        }
    }
}

fn value(response: &Response, at: &str) -> Value {
    let kind = header(response, "content-type");
    assert!(kind.starts_with("application/json"), "{kind}: {at}");
    serde_json::from_slice(response.body()).unwrap_or_else(|_| panic!("no JSON: {at}"))
}

/// `pagination` has its seven whole numbers, and every row fits.
fn assert_page(shape: &Shape, page: &Value) {
    let members: Vec<&String> = page.as_object().expect("a page").keys().collect();
    assert_eq!(members, ["pagination", "results"], "{page}");
    for name in [
        "next",
        "previous",
        "count",
        "current",
        "total_pages",
        "start_index",
        "end_index",
    ] {
        assert!(page["pagination"][name].is_u64(), "{name}: {page}");
    }
    let rows = page["results"].as_array().expect("rows");
    for row in rows {
        assert_fits(shape, row);
    }
}

/// `{"detail": …}`, or what is wrong by field.
fn assert_refused(response: &Response, at: &str) {
    let body = value(response, at);
    let body = body
        .as_object()
        .unwrap_or_else(|| panic!("no object: {at}"));
    if response.status() == StatusCode::BAD_REQUEST && !body.contains_key("detail") {
        let is_told = |said: &Value| said.is_array() || said.is_object();
        assert!(body.values().all(is_told), "{at}");
    } else {
        assert!(body["detail"].is_string(), "{at}");
    }
}

/// That a value is an object of this shape: what has to be there is, nothing else is, and each is of its type.
pub(crate) fn assert_fits(shape: &Shape, value: &Value) {
    let at = shape.name;
    let object = value.as_object().unwrap_or_else(|| panic!("{at}: {value}"));
    let answered = shape
        .fields
        .iter()
        .filter(|field| field.output != Presence::Absent);
    let mut known = BTreeSet::new();
    for field in answered {
        match object.get(field.name) {
            Some(value) => {
                known.insert(field.name);
                assert_field(at, field, value);
            }
            None => assert_ne!(
                field.output,
                Presence::Required,
                "{at}.{} is missing",
                field.name
            ),
        }
    }
    let given: BTreeSet<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(given, known, "{at}: its fields");
}

fn assert_field(at: &str, field: &Field, value: &Value) {
    let at = format!("{at}.{}", field.name);
    if value.is_null() && !matches!(field.kind, Kind::Any) {
        assert!(field.nullable, "{at} is null");
    } else {
        assert_kind(&at, &field.kind, value);
    }
}

fn assert_kind(at: &str, kind: &Kind, value: &Value) {
    let good = match kind {
        Kind::Text(_) => value.is_string(),
        Kind::Int(least, most) => value.as_i64().is_some_and(|it| *least <= it && it <= *most),
        Kind::Float => value.is_number(),
        Kind::Bool => value.is_boolean(),
        Kind::Uuid => value.as_str().is_some_and(is_uuid),
        Kind::DateTime => value.as_str().is_some_and(is_moment),
        Kind::Choice(choice) => {
            let word = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            choice.values.contains(&&*word)
        }
        Kind::Object => value.is_object(),
        Kind::Any => true,
        Kind::List(of) => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at}: {value}"));
            for item in items {
                assert_kind(at, of, item);
            }
            true
        }
        Kind::Nested(shape) => {
            assert_fits(shape, value);
            true
        }
    };
    assert!(good, "{at}: {value} is no {kind:?}");
}

fn is_uuid(text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|id| id.to_string() == text)
}

/// RFC 3339 in UTC.
fn is_moment(text: &str) -> bool {
    text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok()
}
