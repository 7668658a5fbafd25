//! In which form the document is sent (API reference B15; drf-spectacular's renderers): as YAML, or as JSON for whoever asks
//! for that.

use std::sync::LazyLock;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, VARY};
use provider::http::{Response, encode};
use serde_json::Value;

use crate::operation::{Ask, OPERATIONS, Query};

/// The document's own media type: YAML.
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi";

/// What it is sent as, the first where nothing else is asked for.
const KINDS: [(&str, Form); 4] = [
    (OPENAPI, Form::Yaml),
    ("application/yaml", Form::Yaml), // RFC 9512
    ("application/vnd.oai.openapi+json", Form::Json),
    ("application/json", Form::Json),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Yaml,
    Json,
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| super::document(&OPERATIONS));

static AS_JSON: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(DOCUMENT.to_string()));

/// JSON is YAML too, and stands in where it cannot be written otherwise.
static AS_YAML: LazyLock<Bytes> = LazyLock::new(|| {
    serde_saphyr::to_string(&*DOCUMENT).map_or_else(|_| AS_JSON.clone(), Bytes::from)
});

pub(super) fn shown(ask: &Ask<'_>) -> Response {
    let (kind, form) = chosen(&ask.query, ask.call.request.headers());
    let body = match form {
        Form::Yaml => &*AS_YAML,
        Form::Json => &*AS_JSON,
    };
    let mut response = Response::new(body.clone());
    encode::set(&mut response, CONTENT_TYPE, kind);
    encode::set(&mut response, CACHE_CONTROL, "public, max-age=300");
    encode::set(&mut response, VARY, "Accept");
    response
}

/// Of those that `format` leaves, the first that `Accept` names, else the first.
fn chosen(query: &Query, headers: &HeaderMap) -> (&'static str, Form) {
    let wanted = match query.one("format") {
        Some("json") => Some(Form::Json),
        Some("yaml") => Some(Form::Yaml),
        Some(_) | None => None,
    };
    let left = || {
        KINDS
            .into_iter()
            .filter(|(_, form)| wanted.is_none_or(|it| it == *form))
    };
    let named = left().find(|(kind, _)| accepts(headers, kind));
    let [first, ..] = KINDS;
    named.or_else(|| left().next()).unwrap_or(first)
}

/// Whether `Accept` names this very kind.
fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let values = headers.get_all(ACCEPT).into_iter();
    let mut ranges = values
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','));
    ranges.any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(kind)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn kind(query: &str, accept: &'static str) -> &'static str {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        chosen(&Query::parse(query), &headers).0
    }

    #[test]
    fn reference_b15_the_form_follows_from_the_query_and_then_from_accept() {
        for (query, accept, want) in [
            ("", "*/*", OPENAPI),
            ("", "text/html, */*;q=0.8", OPENAPI),
            ("", "application/json", "application/json"),
            ("", "Application/JSON; q=0.9, */*", "application/json"),
            (
                "",
                "application/vnd.oai.openapi+json",
                "application/vnd.oai.openapi+json",
            ),
            ("", "application/json, application/yaml", "application/yaml"),
            ("format=json", "*/*", "application/vnd.oai.openapi+json"),
            ("format=json", "application/json", "application/json"),
            (
                "format=json",
                "application/yaml",
                "application/vnd.oai.openapi+json",
            ),
            ("format=yaml", "application/json", OPENAPI),
        ] {
            assert_eq!(kind(query, accept), want, "{query} {accept}");
        }
    }
}
