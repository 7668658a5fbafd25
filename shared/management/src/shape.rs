//! How the fields of an object are described: once, for reading requests, for checking answers and for the schema
//! (API reference §A, §B).

/// The fields of an object in requests and answers.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the schema; requests are `NameRequest` and `PatchedNameRequest`.
    pub name: &'static str,
    /// Its fields, in the order in which they are answered.
    pub fields: &'static [Field],
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its values look like.
    pub kind: Kind,
    /// Whether requests have it.
    pub input: Presence,
    /// Whether answers have it.
    pub output: Presence,
    /// Whether it may be null.
    pub nullable: bool,
}

/// Whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Required,
    /// Where there is something to say.
    Optional,
    /// Never.
    Absent,
}

/// What values look like.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text.
    Text(Text),
    /// A whole number, from and to.
    Int(i64, i64),
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// A UUID.
    Uuid,
    /// A moment, RFC 3339 with a zone.
    DateTime,
    /// One of these words.
    Choice(&'static Choice),
    /// A JSON object with any members.
    Object,
    /// Any JSON value.
    Any,
    /// Several of them.
    List(&'static Kind),
    /// An object of this shape.
    Nested(&'static Shape),
}

/// What a text may be.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The most characters it may have.
    pub longest: usize,
    /// Whether it may be empty.
    pub blank: bool,
    /// What it is beside.
    pub form: Form,
    /// Whether blanks around it are kept; elsewhere they are cut off (DRF `trim_whitespace`).
    pub verbatim: bool,
}

/// What a text is beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Plain,
    /// `^[-a-zA-Z0-9_]+$`
    Slug,
    /// An e-mail address.
    Email,
    /// An absolute URL.
    Url,
}

/// An enumeration.
#[derive(Debug)]
pub struct Choice {
    /// Its name in the schema.
    pub name: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

/// The longest text of a field that says nothing of its length: an expression, a certificate.
pub(crate) const LONG: usize = 64 * 1024;

impl Field {
    const fn of(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            input: Presence::Optional,
            output: Presence::Optional,
            nullable: false,
        }
    }

    /// Requests must have it and answers do.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.input = Presence::Required;
        self.output = Presence::Required;
        self
    }

    /// Only answers have it, and always.
    #[must_use]
    pub const fn computed(mut self) -> Self {
        self.input = Presence::Absent;
        self.output = Presence::Required;
        self
    }

    /// Only requests have it; what was required stays so.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.output = Presence::Absent;
        self
    }

    /// It may be null.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// It may be the empty text.
    #[must_use]
    pub const fn blank(mut self) -> Self {
        if let Kind::Text(text) = &mut self.kind {
            text.blank = true;
        }
        self
    }

    /// It has at most so many characters.
    #[must_use]
    pub const fn at_most(mut self, longest: usize) -> Self {
        if let Kind::Text(text) = &mut self.kind {
            text.longest = longest;
        }
        self
    }

    /// Blanks around it are part of it.
    #[must_use]
    pub const fn verbatim(mut self) -> Self {
        if let Kind::Text(text) = &mut self.kind {
            text.verbatim = true;
        }
        self
    }
}

const fn worded(form: Form) -> Kind {
    Kind::Text(Text {
        longest: LONG,
        blank: false,
        form,
        verbatim: false,
    })
}

/// Text that is not blank.
pub const fn text(name: &'static str) -> Field {
    Field::of(name, worded(Form::Plain))
}

/// A slug.
pub const fn slug(name: &'static str) -> Field {
    Field::of(name, worded(Form::Slug))
}

/// An e-mail address.
pub const fn email(name: &'static str) -> Field {
    Field::of(name, worded(Form::Email)).at_most(254)
}

/// An absolute URL.
pub const fn url(name: &'static str) -> Field {
    Field::of(name, worded(Form::Url))
}

/// A whole number that a client's 32 bits take (API reference A, key types).
pub const fn int(name: &'static str) -> Field {
    Field::of(name, Kind::Int(-2_147_483_648, 2_147_483_647))
}

/// A whole number of any size.
pub const fn big(name: &'static str) -> Field {
    Field::of(name, Kind::Int(i64::MIN, i64::MAX))
}

/// A whole number that is not negative.
pub const fn count(name: &'static str) -> Field {
    Field::of(name, Kind::Int(0, 2_147_483_647))
}

/// A number.
pub const fn float(name: &'static str) -> Field {
    Field::of(name, Kind::Float)
}

/// True or false.
pub const fn flag(name: &'static str) -> Field {
    Field::of(name, Kind::Bool)
}

/// A UUID.
pub const fn uuid(name: &'static str) -> Field {
    Field::of(name, Kind::Uuid)
}

/// A moment.
pub const fn moment(name: &'static str) -> Field {
    Field::of(name, Kind::DateTime)
}

/// One of these words.
pub const fn choice(name: &'static str, choice: &'static Choice) -> Field {
    Field::of(name, Kind::Choice(choice))
}

/// A JSON object.
pub const fn object(name: &'static str) -> Field {
    Field::of(name, Kind::Object)
}

/// Any JSON value.
pub const fn any(name: &'static str) -> Field {
    Field::of(name, Kind::Any)
}

/// Several values.
pub const fn list(name: &'static str, of: &'static Kind) -> Field {
    Field::of(name, Kind::List(of))
}

/// An object of this shape.
pub const fn nested(name: &'static str, of: &'static Shape) -> Field {
    Field::of(name, Kind::Nested(of))
}

/// Values of lists.
pub mod each {
    use super::{Form, Kind, worded};

    /// UUIDs.
    pub const UUID: Kind = Kind::Uuid;
    /// Numbers of objects.
    pub const INT: Kind = Kind::Int(0, 2_147_483_647);
    /// Texts.
    pub const TEXT: Kind = worded(Form::Plain);
    /// Any values.
    pub const ANY: Kind = Kind::Any;
}
