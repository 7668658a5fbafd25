//! The OpenAPI document of the API, made of the table of operations and their shapes, and so of nothing that is not so:
//! what authentik's generators read (API reference B15).

mod components;
mod older;
mod parameters;
mod paths;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use provider::http::Response;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components as Parts, Info, License, OpenApiBuilder, Server};

use crate::operation::{Access, Answer, OPERATIONS, Operation, Reply};
use crate::resources::system::VERSION;
use components::Components;

pub use paths::statuses;

/// The media type of the document as JSON. authentik's is YAML where nothing is asked for; JSON is YAML too.
const KIND: &str = "application/vnd.oai.openapi+json";

/// authentik's name of the way in.
const SECURITY: &str = "authentik";

/// The document, as it is sent.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document(&OPERATIONS).to_string()));

/// `/schema/`
pub fn operations() -> Vec<Operation> {
    let schema = Operation::new("schema_retrieve", Method::GET, "/schema/", |_, _| {
        Box::pin(async { Ok(Reply::Other(Box::new(shown()))) })
    });
    let schema = schema.open_to(Access::Anyone).with(&["format", "lang"]);
    vec![schema.answers(Answer::Raw(KIND))]
}

fn shown() -> Response {
    let mut response = Response::new(DOCUMENT.clone());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    let cached = HeaderValue::from_static("public, max-age=300");
    headers.insert(header::CACHE_CONTROL, cached);
    response
}

/// The document of these operations.
pub fn document(operations: &[Operation]) -> Value {
    let mut components = Components::default();
    let paths = paths::of(operations, &mut components);
    let mut parts = Parts::new();
    parts.schemas = components.into_schemas();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    parts.add_security_scheme(SECURITY, bearer);
    let mut info = Info::new("Latchkey: authentik's API", VERSION);
    info.license = Some(License::new("MIT OR Apache-2.0"));
    let document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/api/v3")]))
        .paths(paths)
        .components(Some(parts))
        .build();
    older::as_3_0(crate::wire::value(&document))
}
