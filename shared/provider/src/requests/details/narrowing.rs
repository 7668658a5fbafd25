//! Less than was granted (RFC 9396 §6): what a token request may ask for.
//!
//! There is no general rule for what is more and what is less (§6.1), so the narrow one holds: an object is good where
//! one was granted that differs from it in nothing but common lists that have more in them. A list that is left out, or
//! empty, may mean everything; so it has to be there, with something in it.

use serde_json::{Map, Value};

use super::{LISTS, LONGEST};
use crate::jwt;
use crate::requests::RequestFault;

/// What a token is to be good for, of what was granted; all of it where nothing is said (§6).
///
/// # Errors
/// [`RequestFault::Details`] where it cannot be read, or is more.
pub(crate) fn narrowed(granted: &[Value], asked: Option<&str>) -> Result<Vec<Value>, RequestFault> {
    let Some(text) = asked else {
        return Ok(granted.to_vec());
    };
    let read = Some(text).filter(|text| text.len() <= LONGEST);
    let read = read.and_then(|text| jwt::list(text.as_bytes()));
    let asked = read.filter(|asked| !asked.is_empty() && asked.len() <= granted.len());
    let asked = asked.filter(|asked| {
        let mut all = asked.iter();
        all.all(|one| granted.iter().any(|whole| is_part(one, whole)))
    });
    asked.ok_or(RequestFault::Details("are more than was granted"))
}

fn is_part(one: &Value, whole: &Value) -> bool {
    let (Some(one), Some(whole)) = (one.as_object(), whole.as_object()) else {
        return false;
    };
    let fits = |(field, value): (&String, &Value)| {
        one.get(field)
            .is_some_and(|ours| ours == value || is_shorter(field, ours, value))
    };
    one.len() == whole.len() && whole.iter().all(fits) && names_its_type(one)
}

fn is_shorter(field: &str, ours: &Value, whole: &Value) -> bool {
    let (Some(ours), Some(whole)) = (ours.as_array(), whole.as_array()) else {
        return false;
    };
    LISTS.contains(&field) && !ours.is_empty() && ours.iter().all(|it| whole.contains(it))
}

/// §2: REQUIRED.
fn names_its_type(one: &Map<String, Value>) -> bool {
    one.get("type").is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rfc9396_6_1_less_is_an_object_that_was_granted_with_shorter_lists() {
        let accounts =
            json!({"type": "accounts", "actions": ["list", "read"], "locations": ["a", "b"]});
        let payment = json!({"type": "payment", "amount": {"value": "5"}});
        let granted = [accounts, payment];
        let asks = |value: &Value| narrowed(&granted, Some(&value.to_string()));
        assert_eq!(narrowed(&granted, None), Ok(granted.to_vec()));
        for less in [
            json!(granted),
            json!([{"type": "payment", "amount": {"value": "5"}}]),
            json!([{"type": "accounts", "actions": ["read"], "locations": ["b", "a"]}]),
        ] {
            assert_eq!(json!(asks(&less).unwrap()), less);
        }
        for more in [
            json!([]),
            json!({}),
            json!([1]),
            json!([{"type": "payment", "amount": {"value": "6"}}]),
            json!([{"type": "payment"}]),
            json!([{"type": "payment", "amount": {"value": "5"}, "actions": ["x"]}]),
            json!([{"type": "accounts", "actions": ["read", "write"], "locations": ["a"]}]),
            json!([{"type": "accounts", "actions": [], "locations": ["a"]}]),
            json!([{"type": "accounts", "locations": ["a"]}]),
            json!([granted[0], granted[1], granted[1]]),
        ] {
            let refused = asks(&more).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "authorization_details are more than was granted"
            );
        }
        assert!(narrowed(&granted, Some("{")).is_err());
        assert!(narrowed(&[], Some("[]")).is_err(), "none was granted");
    }
}
