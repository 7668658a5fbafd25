//! Whom a JWT is for.

use serde_json::Value;

use crate::claims::Claims;

/// Whether its `aud` names one of ours (RFC 7519 §4.1.3): one text or a list of them, compared byte for byte.
pub fn is_for(claims: &Claims, ours: impl Fn(&str) -> bool) -> bool {
    let named = |value: &Value| value.as_str().is_some_and(&ours);
    match claims.get("aud") {
        Some(Value::Array(list)) => list.iter().any(named),
        Some(one) => named(one),
        None => false,
    }
}
