//! Operations as they stand in the schema.

use http::{Method, StatusCode};
use utoipa::openapi::path::{OperationBuilder, Paths};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{
    Content, HttpMethod, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement,
};

use super::SECURITY;
use super::components::{Components, of_type};
use super::parameters::{self, placeholder};
use crate::form::Mode;
use crate::operation::{Access, Answer, Body, Operation};
use crate::shape::{Presence, Shape};

const JSON: &str = "application/json";

/// All operations, by path.
pub(super) fn of(operations: &[Operation], components: &mut Components) -> Paths {
    let mut paths = Paths::new();
    for operation in operations {
        let Some(method) = method(&operation.method) else {
            continue;
        };
        paths.add_path_operation(&operation.path, vec![method], one(operation, components));
    }
    paths
}

const fn method(method: &Method) -> Option<HttpMethod> {
    Some(match *method {
        Method::GET => HttpMethod::Get,
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => return None,
    })
}

fn one(operation: &Operation, components: &mut Components) -> OperationBuilder {
    let tag = operation.path.split('/').nth(1).unwrap_or_default();
    let needed = SecurityRequirement::new(SECURITY, Vec::<String>::new());
    let mut security = vec![needed];
    if operation.access == Access::Anyone {
        security.push(SecurityRequirement::default()); // or nothing
    }
    let built = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(&*operation.id))
        .parameters(Some(parameters::of(operation, components)))
        .request_body(body(operation, components))
        .securities(Some(security));
    statuses(operation)
        .into_iter()
        .fold(built, |built, status| {
            built.response(status.as_str(), answer(operation, status, components))
        })
}

fn body(operation: &Operation, components: &mut Components) -> Option<RequestBody> {
    let of = |kind: &str, schema: RefOr<Schema>, required: bool| {
        let required = required.then_some(Required::True);
        let body = RequestBodyBuilder::new().required(required);
        Some(body.content(kind, Content::new(Some(schema))).build())
    };
    match operation.body {
        Body::None => None,
        Body::Json(shape, mode) => {
            let required = mode != Mode::Change && wants(shape);
            of(JSON, components.request(shape, mode).into(), required)
        }
        Body::File => of("multipart/form-data", components.file().into(), false),
    }
}

/// Whether a request of this shape needs something.
fn wants(shape: &Shape) -> bool {
    shape
        .fields
        .iter()
        .any(|field| field.input == Presence::Required)
}

/// Every status that an operation answers with, but for 405, which says that there is none, and what happens to all
/// alike when something is broken.
pub fn statuses(operation: &Operation) -> Vec<StatusCode> {
    let good = match operation.answer {
        Answer::One(status, _) | Answer::Empty(status) => status,
        Answer::Page(_) | Answer::Several(_) | Answer::Raw(_) => StatusCode::OK,
    };
    let takes = !matches!(operation.body, Body::None);
    let is_kept = operation.access != Access::Anyone;
    let is_found =
        placeholder(&operation.path).is_some() || matches!(operation.answer, Answer::Page(_));
    let also = |status: StatusCode| operation.also.contains(&status.as_u16());
    let may = [
        (true, StatusCode::BAD_REQUEST),
        (false, StatusCode::UNAUTHORIZED),
        (is_kept, StatusCode::FORBIDDEN),
        (is_found, StatusCode::NOT_FOUND),
        (false, StatusCode::METHOD_NOT_ALLOWED),
        (operation.method != Method::GET, StatusCode::CONFLICT),
        (takes, StatusCode::PAYLOAD_TOO_LARGE),
        (takes, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (true, StatusCode::TOO_MANY_REQUESTS),
        (false, StatusCode::NOT_IMPLEMENTED),
        (true, StatusCode::SERVICE_UNAVAILABLE),
    ];
    let may = may
        .into_iter()
        .filter(|(may, status)| *may || also(*status));
    std::iter::once(good)
        .chain(may.map(|(_, status)| status))
        .collect()
}

/// Any value.
fn any() -> RefOr<Schema> {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.into()
}

fn answer(operation: &Operation, status: StatusCode, components: &mut Components) -> Response {
    let response = |kind: &str, schema: RefOr<Schema>| {
        let words = status.canonical_reason().unwrap_or_default();
        let response = ResponseBuilder::new().description(words);
        response.content(kind, Content::new(Some(schema))).build()
    };
    match status {
        StatusCode::BAD_REQUEST => response(JSON, components.validation_error().into()),
        StatusCode::TOO_MANY_REQUESTS => Response::new("Too many requests, said by API Gateway"),
        status if !status.is_success() => response(JSON, components.generic_error().into()),
        _ => match operation.answer {
            Answer::One(_, shape) => {
                let mut shown = response(JSON, components.answer(shape).into());
                let file = operation.file.map(|kind| {
                    let text = Content::new(Some(of_type(Type::String)));
                    (kind.to_owned(), RefOr::T(text))
                });
                shown.content.extend(file);
                shown
            }
            Answer::Page(shape) => response(JSON, components.page(shape).into()),
            Answer::Several(shape) => {
                let all = ArrayBuilder::new().items(components.answer(shape)).build();
                response(JSON, RefOr::T(all.into()))
            }
            Answer::Empty(_) => Response::new("Done"),
            // YAML is read as what it says, as JSON is.
            Answer::Raw(kind) if kind.ends_with("yaml") => response(kind, any()),
            Answer::Raw(kind) => response(kind, of_type(Type::String).into()),
        },
    }
}
