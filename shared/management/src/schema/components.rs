//! Shapes as components of the schema, named as authentik's are: `Name` is answered, `NameRequest` and
//! `PatchedNameRequest` are taken.

use std::collections::BTreeMap;

use utoipa::Number;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, Ref, RefOr, Schema};

use crate::form::Mode;
use crate::shape::{Choice, Field, Form, Kind, LONG, Presence, Shape, Text};

/// Components, as far as operations have named them.
#[derive(Default)]
pub(super) struct Components(BTreeMap<String, RefOr<Schema>>);

/// Where an object stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Answer,
    Request,
    Patch,
}

impl Components {
    pub(super) fn into_schemas(self) -> BTreeMap<String, RefOr<Schema>> {
        self.0
    }

    /// An object that is answered.
    pub(super) fn answer(&mut self, shape: &Shape) -> Ref {
        self.shape(shape, Side::Answer)
    }

    /// An object that is taken.
    pub(super) fn request(&mut self, shape: &Shape, mode: Mode) -> Ref {
        match mode {
            Mode::Create | Mode::Replace => self.shape(shape, Side::Request),
            Mode::Change => self.shape(shape, Side::Patch),
        }
    }

    /// A page of objects.
    pub(super) fn page(&mut self, shape: &Shape) -> Ref {
        let of = self.answer(shape);
        let pagination = self.named("Pagination", |_| pagination());
        self.named(&format!("Paginated{}List", shape.name), |_| {
            object()
                .property("pagination", pagination)
                .property("results", ArrayBuilder::new().items(of))
                .required("pagination")
                .required("results")
        })
    }

    /// What is wrong, by field.
    pub(super) fn validation_error(&mut self) -> Ref {
        self.named("ValidationError", |_| {
            let texts = ArrayBuilder::new().items(of_type(Type::String));
            object()
                .property("non_field_errors", texts)
                .property("code", of_type(Type::String))
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        })
    }

    /// `{"detail": …}`
    pub(super) fn generic_error(&mut self) -> Ref {
        self.named("GenericError", |_| {
            object()
                .property("detail", of_type(Type::String))
                .property("code", of_type(Type::String))
                .required("detail")
        })
    }

    /// A picture or another file that is sent.
    pub(super) fn file(&mut self) -> Ref {
        self.named("FileUploadRequest", |_| {
            object()
                .property("file", formatted(Type::String, KnownFormat::Binary))
                .property("clear", of_type(Type::Boolean))
        })
    }

    /// An enumeration.
    pub(super) fn choice(&mut self, choice: &Choice) -> Ref {
        self.named(choice.name, |_| {
            of_type(Type::String).enum_values(Some(choice.values.iter().copied()))
        })
    }

    /// The component with this name, made where it is not there yet.
    fn named(&mut self, name: &str, build: impl FnOnce(&mut Self) -> ObjectBuilder) -> Ref {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), object().into()); // one that names itself finds it
            let made = build(self);
            self.0.insert(name.to_owned(), made.into());
        }
        Ref::from_schema_name(name)
    }

    fn shape(&mut self, shape: &Shape, side: Side) -> Ref {
        let base = shape.name.strip_suffix("Request").unwrap_or(shape.name);
        let name = match side {
            Side::Answer => shape.name.to_owned(),
            Side::Request => format!("{base}Request"),
            Side::Patch => format!("Patched{base}Request"),
        };
        self.named(&name, |all| {
            shape.fields.iter().fold(object(), |object, field| {
                let presence = match side {
                    Side::Answer => field.output,
                    Side::Request | Side::Patch => field.input,
                };
                if presence == Presence::Absent {
                    return object;
                }
                let object = object.property(field.name, all.field(field, side));
                if presence == Presence::Required && side != Side::Patch {
                    object.required(field.name)
                } else {
                    object
                }
            })
        })
    }

    fn field(&mut self, field: &Field, side: Side) -> RefOr<Schema> {
        let schema = self.kind(&field.kind, side);
        if field.nullable {
            or_null(schema)
        } else {
            schema
        }
    }

    fn kind(&mut self, kind: &Kind, side: Side) -> RefOr<Schema> {
        match kind {
            Kind::Text(rules) => text(rules, side).into(),
            Kind::Int(least, most) => int(*least, *most).into(),
            Kind::Float => formatted(Type::Number, KnownFormat::Double).into(),
            Kind::Bool => of_type(Type::Boolean).into(),
            Kind::Uuid => uuid().into(),
            Kind::DateTime => formatted(Type::String, KnownFormat::DateTime).into(),
            Kind::Choice(choice) => self.choice(choice).into(),
            Kind::Object => object()
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
                .into(),
            Kind::Any => ObjectBuilder::new()
                .schema_type(SchemaType::AnyValue)
                .into(),
            Kind::List(of) => {
                let items = self.kind(of, side);
                RefOr::T(ArrayBuilder::new().items(items).build().into())
            }
            // What is nested is taken whole, in a PATCH too.
            Kind::Nested(shape) if side == Side::Patch => self.shape(shape, Side::Request).into(),
            Kind::Nested(shape) => self.shape(shape, side).into(),
        }
    }
}

fn object() -> ObjectBuilder {
    of_type(Type::Object)
}

/// A value of this type.
pub(super) fn of_type(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(kind))
}

/// The same in this format.
pub(super) fn formatted(kind: Type, format: KnownFormat) -> ObjectBuilder {
    of_type(kind).format(Some(SchemaFormat::KnownFormat(format)))
}

/// A UUID.
pub(super) fn uuid() -> ObjectBuilder {
    of_type(Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

/// A whole number.
pub(super) fn int(least: i64, most: i64) -> ObjectBuilder {
    let bound = |value: i64| isize::try_from(value).ok().map(Number::Int);
    of_type(Type::Integer)
        .minimum(bound(least))
        .maximum(bound(most))
}

/// What is answered keeps to the same bounds, but for those that only keep requests small.
fn text(rules: &Text, side: Side) -> ObjectBuilder {
    let taken = side != Side::Answer;
    // Where it may be empty, an answer is not of the form.
    let form = if taken || !rules.blank {
        rules.form
    } else {
        Form::Plain
    };
    let text = match form {
        Form::Plain => of_type(Type::String),
        Form::Slug => of_type(Type::String).pattern(Some("^[-a-zA-Z0-9_]+$")),
        Form::Email => of_type(Type::String).format(Some(SchemaFormat::Custom("email".to_owned()))),
        Form::Url => of_type(Type::String).format(Some(SchemaFormat::Custom("uri".to_owned()))),
    };
    let longest = (taken || rules.longest < LONG).then_some(rules.longest);
    let shortest = (taken && !rules.blank).then_some(1);
    text.max_length(longest).min_length(shortest)
}

fn pagination() -> ObjectBuilder {
    let members = [
        "next",
        "previous",
        "count",
        "current",
        "total_pages",
        "start_index",
        "end_index",
    ];
    members.into_iter().fold(object(), |object, name| {
        object.property(name, of_type(Type::Number)).required(name)
    })
}

/// The same, or null.
fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Type(kind) = object.schema_type {
                object.schema_type = [kind, Type::Null].into_iter().collect();
            }
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = [Type::Array, Type::Null].into_iter().collect();
            array.into()
        }
        other => OneOfBuilder::new()
            .item(other)
            .item(of_type(Type::Null))
            .into(),
    }
}
