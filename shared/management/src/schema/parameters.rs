//! Parameters of operations: of their paths, and behind `?`.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Required, Schema};

use super::components::{Components, formatted, int, of_type, uuid};
use crate::filter::{Filter, Form, Test};
use crate::operation::{Answer, Operation};

/// All parameters of an operation.
pub(super) fn of(operation: &Operation, components: &mut Components) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = placeholder(&operation.path)
        .map(in_path)
        .into_iter()
        .collect();
    let filters = operation.filters.iter();
    all.extend(filters.map(|filter| query(filter.name, schema(filter, components))));
    let others = operation.parameters.iter();
    all.extend(others.map(|name| query(name, of_type(Type::String))));
    if matches!(operation.answer, Answer::Page(_)) {
        all.push(query("ordering", of_type(Type::String)));
        all.push(query("page", of_type(Type::Integer)));
        all.push(query("page_size", of_type(Type::Integer)));
        all.push(query("search", of_type(Type::String)));
    }
    all
}

/// The name in a path's braces.
pub(super) fn placeholder(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('{')?;
    rest.split_once('}').map(|(name, _)| name)
}

/// API reference A, key types: `id` is a number, `…uuid` a UUID, the others are words.
fn in_path(name: &str) -> Parameter {
    let schema = if name == "id" {
        int(0, i64::from(i32::MAX))
    } else if name.ends_with("uuid") {
        uuid()
    } else {
        of_type(Type::String)
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path);
    parameter
        .required(Required::True)
        .schema(Some(schema))
        .build()
}

fn query(name: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query);
    parameter
        .required(Required::False)
        .schema(Some(schema))
        .build()
}

fn schema(filter: &Filter, components: &mut Components) -> RefOr<Schema> {
    let one: RefOr<Schema> = match filter.form {
        Form::Text => of_type(Type::String).into(),
        Form::Uuid => uuid().into(),
        Form::Int => of_type(Type::Integer).into(),
        Form::Bool => of_type(Type::Boolean).into(),
        Form::Choice(choice) => components.choice(choice).into(),
        Form::DateTime => formatted(Type::String, KnownFormat::DateTime).into(),
    };
    match filter.test {
        Test::Among => RefOr::T(ArrayBuilder::new().items(one).build().into()),
        Test::Is | Test::IsNull | Test::Begins => one,
    }
}
