//! Whom of an issuer's a source vouches for: an issuer of workloads, such as a public CI's, signs for everybody who uses it
//! (RFC 7523 §3, item 2; reference §3.5 has no such rules, and leaves it to policies).

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AssertionFault;
use crate::claims::Claims;

/// The longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 512;

/// Most patterns of a source, and of one claim of it.
pub const MOST_PATTERNS: usize = 50;

/// The largest compiled pattern, in bytes.
const LARGEST: usize = 256 * 1024;

/// Rules about a JWT that is otherwise good. None at all: whoever the issuer vouches for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Patterns of `sub`, one of which it matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// Claims that have to be there, each with patterns of which one matches. A name that begins with `/` is a JSON pointer (RFC
    /// 6901): `/kubernetes.io/namespace`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Vec<String>>,
}

impl Rules {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether these claims are within the rules.
    ///
    /// # Errors
    /// [`AssertionFault::OtherSubject`], [`AssertionFault::OtherClaim`].
    pub(crate) fn admit(&self, subject: &str, claims: &Claims) -> Result<(), AssertionFault> {
        let named = |patterns: &[String], text: &str| patterns.iter().any(|one| matches(one, text));
        if !self.subjects.is_empty() && !named(&self.subjects, subject) {
            return Err(AssertionFault::OtherSubject);
        }
        let whole = Value::Object(claims.clone());
        let holds = |(name, patterns): (&String, &Vec<String>)| {
            let value = if name.starts_with('/') {
                whole.pointer(name)
            } else {
                claims.get(name)
            };
            let texts = value.map(texts).unwrap_or_default();
            texts.iter().any(|text| named(patterns, text))
        };
        if self.claims.iter().all(holds) {
            Ok(())
        } else {
            Err(AssertionFault::OtherClaim)
        }
    }
}

/// What a claim says, as text: each entry of a list, and no objects.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Array(several) => several
            .iter()
            .filter(|one| !one.is_array())
            .flat_map(texts)
            .collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

/// Whether a pattern is one, and says anything: `*` and `**` alone would be no rule.
pub fn is_pattern(pattern: &str) -> bool {
    (1..=LONGEST_PATTERN).contains(&pattern.len())
        && !pattern.chars().any(char::is_control)
        && !pattern.chars().all(|c| c == '*')
        && compiled(pattern).is_some()
}

/// The whole text, byte for byte, but for `*`, which stands for any run of characters without a colon, and `**` for any run at
/// all. Colons part what issuers put together (`repo:acme/app:ref:refs/heads/main`, `system:serviceaccount:ns:name`,
/// `arn:aws:iam::1:role/x`): what somebody chooses for one part reaches into no other.
fn matches(pattern: &str, text: &str) -> bool {
    compiled(pattern).is_some_and(|pattern| pattern.is_match(text))
}

fn compiled(pattern: &str) -> Option<Regex> {
    let any = regex::escape("**");
    let part = regex::escape("*");
    let escaped = regex::escape(pattern)
        .replace(&any, "(?s:.*)")
        .replace(&part, "[^:]*");
    // What stands for `**` has stars of its own, but none that is escaped.
    let whole = format!(r"\A{escaped}\z");
    regex::RegexBuilder::new(&whole)
        .size_limit(LARGEST)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(subjects: &[&str], claims: &[(&str, &str)]) -> Rules {
        Rules {
            subjects: subjects.iter().map(|it| (*it).to_owned()).collect(),
            claims: claims
                .iter()
                .map(|(name, pattern)| ((*name).to_owned(), vec![(*pattern).to_owned()]))
                .collect(),
        }
    }

    fn judged(rules: &Rules, claims: &Value) -> Result<(), AssertionFault> {
        let subject = claims["sub"].as_str().unwrap_or_default().to_owned();
        rules.admit(&subject, claims.as_object().unwrap())
    }

    #[test]
    fn a_star_stays_between_colons_and_two_do_not() {
        for (pattern, good, bad) in [
            (
                "repo:acme/*:ref:refs/heads/main",
                vec!["repo:acme/app:ref:refs/heads/main"],
                vec![
                    "repo:acme/app:environment:x:ref:refs/heads/main",
                    "repo:acme/app:ref:refs/heads/main2",
                    "repo:acme2/app:ref:refs/heads/main",
                    "xrepo:acme/app:ref:refs/heads/main",
                    "repo:acme/app:ref:refs/heads/main\n",
                ],
            ),
            (
                "repo:acme/app:**",
                vec!["repo:acme/app:ref:refs/heads/x", "repo:acme/app:"],
                vec!["repo:acme/app2:ref:x", "repo:acme/app"],
            ),
            (
                "system:serviceaccount:ci:*",
                vec!["system:serviceaccount:ci:deployer"],
                vec![
                    "system:serviceaccount:ci2:deployer",
                    "system:serviceaccount:ci:a:b",
                ],
            ),
            (
                "arn:aws:iam::123456789012:role/deploy-*",
                vec!["arn:aws:iam::123456789012:role/deploy-app"],
                vec!["arn:aws:iam::999999999999:role/deploy-app"],
            ),
            ("a.b+c", vec!["a.b+c"], vec!["axb+c", "a.bbc", "A.B+C"]),
        ] {
            assert!(is_pattern(pattern), "{pattern}");
            for text in good {
                assert!(matches(pattern, text), "{pattern} {text}");
            }
            for text in bad {
                assert!(!matches(pattern, text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn what_says_nothing_is_no_pattern() {
        let long = "a".repeat(LONGEST_PATTERN + 1);
        for bad in ["", "*", "**", "***", "a\nb", &long] {
            assert!(!is_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn without_rules_whoever_the_issuer_vouches_for_is_let_in() {
        assert_eq!(
            judged(&Rules::default(), &json!({"sub": "anybody"})),
            Ok(())
        );
    }

    #[test]
    fn one_of_the_subjects_and_all_of_the_claims_have_to_hold() {
        let rules = rules(
            &["repo:acme/a:**", "repo:acme/b:**"],
            &[("repository_owner_id", "42"), ("ref", "refs/heads/*")],
        );
        let good = json!({"sub": "repo:acme/b:ref:refs/heads/main", "ref": "refs/heads/main", "repository_owner_id": 42});
        assert_eq!(judged(&rules, &good), Ok(()));
        for (name, value, fault) in [
            ("sub", json!("repo:acme/c:x"), AssertionFault::OtherSubject),
            ("ref", json!("refs/tags/v1"), AssertionFault::OtherClaim),
            ("ref", json!(null), AssertionFault::OtherClaim),
            (
                "repository_owner_id",
                json!("43"),
                AssertionFault::OtherClaim,
            ),
            (
                "repository_owner_id",
                json!({"a": "42"}),
                AssertionFault::OtherClaim,
            ),
        ] {
            let mut claims = good.clone();
            claims[name] = value;
            assert_eq!(judged(&rules, &claims), Err(fault), "{claims}");
        }
        let mut without = good;
        without.as_object_mut().unwrap().remove("ref");
        assert_eq!(judged(&rules, &without), Err(AssertionFault::OtherClaim));
    }

    #[test]
    fn rfc6901_a_claim_inside_another_is_named_by_a_pointer() {
        let rules = rules(&[], &[("/kubernetes.io/serviceaccount/name", "deployer")]);
        let good = json!({"kubernetes.io": {"serviceaccount": {"name": "deployer"}}});
        assert_eq!(judged(&rules, &good), Ok(()));
        for bad in [
            json!({"kubernetes.io": {"serviceaccount": {"name": "other"}}}),
            json!({"/kubernetes.io/serviceaccount/name": "deployer"}),
            json!({}),
        ] {
            assert_eq!(judged(&rules, &bad), Err(AssertionFault::OtherClaim));
        }
    }

    #[test]
    fn of_a_list_one_entry_is_enough() {
        let rules = rules(&[], &[("groups", "deployers")]);
        assert_eq!(
            judged(&rules, &json!({"groups": ["a", "deployers"]})),
            Ok(())
        );
        assert!(judged(&rules, &json!({"groups": [["deployers"]]})).is_err());
    }
}
