//! The OpenAPI document of the API, made of the table of operations and their shapes, and so of nothing that is not so:
//! what authentik's generators read (API reference B15).

mod components;
mod format;
mod older;
mod parameters;
mod paths;
#[cfg(test)]
mod tests;

use http::Method;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components as Parts, Info, License, OpenApiBuilder, Server};

use crate::operation::{Access, Answer, Operation, Reply};
use crate::resources::system::VERSION;
use components::Components;

pub use paths::statuses;

/// authentik's name of the way in.
const SECURITY: &str = "authentik";

/// `/schema/`
pub fn operations() -> Vec<Operation> {
    let schema = Operation::new("schema_retrieve", Method::GET, "/schema/", |_, ask| {
        Box::pin(async { Ok(Reply::Other(Box::new(format::shown(ask)))) })
    });
    let schema = schema.open_to(Access::Anyone).with(&["format", "lang"]);
    vec![schema.answers(Answer::Raw(format::OPENAPI))]
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
