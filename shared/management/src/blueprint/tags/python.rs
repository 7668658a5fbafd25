//! What Python makes of values, as far as authentik's tags show it.

use serde_json::Value;

/// `bool(value)`
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(pairs) => !pairs.is_empty(),
    }
}

/// `str(value)` of what is no list and no mapping.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("None".to_owned()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// `format % args`, with `%s`, `%d` and `%%`.
///
/// # Errors
/// Where it has another number of places than of values, or a place of another kind.
pub(super) fn format(format: &str, args: &[Value]) -> Result<String, String> {
    let mut made = String::new();
    let mut args = args.iter();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            made.push(letter);
            continue;
        }
        match letters.next() {
            Some('%') => made.push('%'),
            Some(kind @ ('s' | 'd' | 'i')) => {
                let value = args.next().ok_or("there are not enough values")?;
                if kind != 's' && !value.is_number() {
                    return Err(format!("%{kind} takes a number, not {value}"));
                }
                made.push_str(&text(value).ok_or("a value is a list or a mapping")?);
            }
            Some(_) | None => return Err("its places are written %s and %d".to_owned()),
        }
    }
    if args.next().is_some() {
        return Err("there are more values than places".to_owned());
    }
    Ok(made)
}
