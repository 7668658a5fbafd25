//! Words and shapes that several resources have.

use crate::shape::{Choice, Kind, Shape, choice, count, moment, object, text};

/// How often a change is made again of what somebody else has changed at the same time.
pub const TRIES: usize = 5;

/// How the results of bindings count together.
pub static ENGINE_MODES: Choice = Choice {
    name: "PolicyEngineMode",
    values: &["all", "any"],
};

/// Where a picture is.
pub static FILE_PATH: Shape = Shape {
    name: "FilePath",
    fields: &[text("url").required()],
};

/// How much is kept.
pub static CACHE: Shape = Shape {
    name: "Cache",
    fields: &[count("count").computed()],
};

/// How loud a line of a log is (structlog's levels).
static LOG_LEVELS: Choice = Choice {
    name: "LogLevelEnum",
    values: &[
        "critical",
        "exception",
        "error",
        "warn",
        "warning",
        "info",
        "debug",
        "notset",
    ],
};

static LOG_EVENT: Shape = Shape {
    name: "LogEvent",
    fields: &[
        moment("timestamp").required(),
        choice("log_level", &LOG_LEVELS).required(),
        text("logger").required(),
        text("event").required(),
        object("attributes").required(),
    ],
};

/// A line of a log.
pub const LOG_EVENTS: Kind = Kind::Nested(&LOG_EVENT);
