//! How the claims of several mappings become one set (reference §9.1).

use serde_json::Value;
use serde_json::map::Entry;

use super::Claims;

/// Adds `later` to what there is: dicts are merged key by key, lists put one behind the other, and anything else
/// is what the later one says.
pub(super) fn merge(claims: &mut Claims, later: Claims) {
    for (name, value) in later {
        match claims.entry(name) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(mut place) => combine(place.get_mut(), value),
        }
    }
}

fn combine(earlier: &mut Value, later: Value) {
    match (earlier, later) {
        (Value::Object(earlier), Value::Object(later)) => merge(earlier, later),
        (Value::Array(earlier), Value::Array(later)) => earlier.extend(later),
        (earlier, later) => *earlier = later,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn merged(claims: &[Value]) -> Value {
        let mut all = Claims::new();
        for part in claims {
            let Value::Object(part) = part else {
                panic!("a dict")
            };
            merge(&mut all, part.clone());
        }
        Value::Object(all)
    }

    #[test]
    fn dicts_recurse_lists_are_concatenated_and_the_rest_is_overwritten() {
        let cases = [
            (json!({"a": 1}), json!({"b": 2}), json!({"a": 1, "b": 2})),
            (json!({"a": 1}), json!({"a": 2}), json!({"a": 2})),
            (
                json!({"a": [1, 2]}),
                json!({"a": [2, 3]}),
                json!({"a": [1, 2, 2, 3]}),
            ),
            (
                json!({"a": {"x": {"y": [1]}, "k": 1}}),
                json!({"a": {"x": {"y": [2], "z": 3}}}),
                json!({"a": {"x": {"y": [1, 2], "z": 3}, "k": 1}}),
            ),
            // Of two kinds, the later one counts.
            (
                json!({"a": [1]}),
                json!({"a": {"x": 1}}),
                json!({"a": {"x": 1}}),
            ),
            (json!({"a": {"x": 1}}), json!({"a": [1]}), json!({"a": [1]})),
            (
                json!({"a": [1]}),
                json!({"a": "text"}),
                json!({"a": "text"}),
            ),
            (json!({"a": "text"}), json!({"a": [1]}), json!({"a": [1]})),
            (
                json!({"a": {"x": 1}}),
                json!({"a": null}),
                json!({"a": null}),
            ),
            // Lists inside lists are items.
            (
                json!({"a": [{"x": 1}]}),
                json!({"a": [{"x": 2}]}),
                json!({"a": [{"x": 1}, {"x": 2}]}),
            ),
        ];
        for (earlier, later, wanted) in cases {
            assert_eq!(
                merged(&[earlier.clone(), later.clone()]),
                wanted,
                "{earlier} {later}"
            );
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn claims() -> impl Strategy<Value = Value> {
        prop::collection::btree_map("[a-c]", value(), 0..4)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
    }

    /// How many leaves and list items there are.
    fn items(value: &Value) -> usize {
        match value {
            Value::Array(items_in) => items_in.iter().map(|item| 1 + items(item)).sum(),
            Value::Object(map) => map.values().map(items).sum(),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn nothing_merged_with_something_is_that(a in claims()) {
            prop_assert_eq!(merged(&[a.clone(), json!({})]), a.clone());
            prop_assert_eq!(merged(&[json!({}), a.clone()]), a);
        }

        #[test]
        fn it_does_not_matter_where_one_begins(a in claims(), b in claims(), c in claims()) {
            // Only where all are of one kind: a value between two dicts hides the first of them.
            prop_assume!(same_kinds(&a, &b) && same_kinds(&b, &c) && same_kinds(&a, &c));
            let left = merged(&[merged(&[a.clone(), b.clone()]), c.clone()]);
            let right = merged(&[a, merged(&[b, c])]);
            prop_assert_eq!(left, right);
        }

        #[test]
        fn the_names_are_those_of_both(a in claims(), b in claims()) {
            let both = merged(&[a.clone(), b.clone()]);
            for name in ["a", "b", "c"] {
                prop_assert_eq!(both.get(name).is_some(), a.get(name).is_some() || b.get(name).is_some());
            }
        }

        #[test]
        fn of_one_kind_no_list_item_is_lost(a in claims(), b in claims()) {
            prop_assume!(same_kinds(&a, &b));
            prop_assert_eq!(items(&merged(&[a.clone(), b.clone()])), items(&a) + items(&b));
        }
    }

    /// Whether every name that both have holds a dict in both, a list in both, or a leaf in both.
    fn same_kinds(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Object(a), Value::Object(b)) => a
                .iter()
                .all(|(name, value)| b.get(name).is_none_or(|other| same_kinds(value, other))),
            (Value::Array(_), Value::Array(_)) => true,
            (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
                false
            }
            _ => true,
        }
    }
}
