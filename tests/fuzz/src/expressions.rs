//! Python of mappings and policies: read, refused or rewritten for the interpreter. It is not run here: that is done in a
//! process of its own (docs/expressions.md).

use ::expressions::engine::fuzzing::{lines, rewritten};
use ::expressions::script::Failure;

/// Python of mappings and policies.
///
/// # Panics
/// Where a reader breaks its rule: that is what is looked for.
pub fn expressions(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else {
        return;
    };
    match rewritten(source) {
        Ok((text, is_python)) => {
            assert!(is_python, "rewritten into what is no Python:\n{text}");
            // A line that an administrator is told of is the one they wrote.
            assert_eq!(lines(source).ok(), Some(text.lines().count()), "{text}");
        }
        Err(Failure::Refused { line, .. }) => {
            let lines = source.split(['\n', '\r']).count();
            assert!((1..=lines + 1).contains(&line), "line {line} of {lines}");
        }
        Err(_) => {}
    }
}
