//! Scalars, and the tags of YAML itself.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::{Number, Value};

use super::Wrong;

/// A tag that is none of YAML's own.
pub(super) fn own(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    Some(format!(
        "{}{}",
        tag.handle.trim_start_matches('!'),
        tag.suffix
    ))
}

/// What a scalar is.
///
/// # Errors
/// Where its tag is none that is taken.
pub(super) fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    line: usize,
) -> Result<Value, Wrong> {
    let core = tag.filter(|tag| tag.is_yaml_core_schema());
    match core.map(|tag| tag.suffix.as_str()) {
        Some("str") => return Ok(text.into()),
        None | Some("int" | "float" | "bool" | "null" | "timestamp") => {}
        Some(other) => {
            return Err(Wrong::at(line, format!("The tag !!{other} is not taken.")));
        }
    }
    if style == ScalarStyle::Plain {
        Ok(plain(text))
    } else {
        Ok(text.into())
    }
}

/// What a plain scalar is (YAML 1.2.2 §10.3.2).
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        _ => {}
    }
    let digits = text.trim_start_matches(['+', '-']);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return text.into();
    }
    let whole = text.strip_prefix('+').unwrap_or(text);
    let whole = whole.parse::<i64>().map(Value::from);
    let number = whole.or_else(|_| {
        let good = |c: char| c.is_ascii_digit() || ".eE+-".contains(c);
        let number = text.parse::<f64>().ok().and_then(Number::from_f64);
        let number = number.filter(|_| text.chars().all(good));
        number.map(Value::Number).ok_or(())
    });
    number.unwrap_or_else(|()| text.into())
}
