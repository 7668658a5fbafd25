//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use ruff_python_ast::PySourceType;
use ruff_python_parser::parse_unchecked_source;

use super::admit::Wrapped;
use super::names::Names;
use super::{refuse, rewrite};
use crate::script::Failure;

/// A source as the interpreter gets it, and whether that is Python.
///
/// # Errors
/// Why it is not taken.
pub fn rewritten(source: &str) -> Result<(String, bool), Failure> {
    let wrapped = Wrapped::parse(source, &["request", "user", "provider", "token"])?;
    let names = wrapped.function().map(Names::of).unwrap_or_default();
    refuse::review(&wrapped, &names)?;
    let text = rewrite::rewrite(&wrapped, &names)?;
    let errors = parse_unchecked_source(&text, PySourceType::Python);
    let is_python = errors.errors().is_empty();
    Ok((text, is_python))
}

/// How many lines a source has, once it is wrapped.
///
/// # Errors
/// Why it is not taken.
pub fn lines(source: &str) -> Result<usize, Failure> {
    let wrapped = Wrapped::parse(source, &["request", "user", "provider", "token"])?;
    Ok(wrapped.text.lines().count())
}
