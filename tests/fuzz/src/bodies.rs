//! Bodies that the API takes: JSON by the shapes of its operations, and files in forms (RFC 7578).

use std::sync::LazyLock;

use bytes::Bytes;
use management::form::{Form, Mode};
use management::operation::{Body, OPERATIONS, Query};
use management::shape::Shape;
use provider::media::Image;
use serde_json::Value;

use crate::{chosen, fixture};

const READERS: u8 = 3;

static SHAPES: LazyLock<Vec<&'static Shape>> = LazyLock::new(|| {
    let shapes = OPERATIONS
        .iter()
        .filter_map(|operation| match operation.body {
            Body::Json(shape, _) => Some(shape),
            Body::None | Body::File => None,
        });
    shapes.collect()
});

/// Bodies that the API takes.
pub fn bodies(data: &[u8]) {
    match chosen(data, READERS) {
        Some((0, raw)) => json(raw),
        Some((1, raw)) => file(raw),
        Some((_, raw)) => query(raw),
        None => {}
    }
}

/// A body by each shape in turn, as the second byte says: what was read is read alike when it is sent again.
fn json(raw: &[u8]) {
    let Some((which, body)) = raw.split_first() else {
        return;
    };
    let Some(shape) = SHAPES.get(usize::from(*which) % SHAPES.len().max(1)) else {
        return;
    };
    for mode in [Mode::Create, Mode::Change] {
        let Ok(form) = Form::read(shape, body, mode) else {
            continue;
        };
        let given = form.given();
        assert!(
            given
                .keys()
                .all(|name| shape.fields.iter().any(|field| field.name == name))
        );
        let sent = Value::Object(given.clone()).to_string();
        let again = Form::read(shape, sent.as_bytes(), Mode::Change);
        let again = again.map(|again| again.given().clone());
        assert_eq!(again.ok().as_ref(), Some(given), "{}", shape.name);
    }
}

/// A file in a form is a part of the body, and no larger than it may be.
fn file(raw: &[u8]) {
    const MOST: usize = 512;
    let kind = "multipart/form-data; boundary=x";
    let body = Bytes::copy_from_slice(raw);
    let Some(file) = management::upload::fuzzing::file(kind, body, MOST) else {
        return;
    };
    assert!(file.len() <= MOST);
    assert!(file.is_empty() || raw.windows(file.len()).any(|part| part == file));
    if let Ok(media) = Image::accept(file.clone()) {
        assert_eq!(media.bytes(), &file);
    }
}

/// What narrows a list down.
fn query(raw: &[u8]) {
    let Ok(text) = std::str::from_utf8(raw) else {
        return;
    };
    let query = Query::parse(text);
    for name in ["search", "page", "page_size", "ordering", "attributes"] {
        // Of what is repeated the last counts, as in Django.
        assert_eq!(query.one(name), query.all(name).next_back());
    }
    let _ = (query.flag("include_users", true), fixture::tenant());
}
