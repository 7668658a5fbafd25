//! What a captcha service says of an answer (`siteverify` of reCAPTCHA, hCaptcha and Turnstile).

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::flow::stage::CaptchaSettings;

/// The most of its words that the plan keeps for policies, in bytes of JSON; none of the services comes near it.
const LARGEST: usize = 4 * 1024;

/// Codes by which a service says that another try may do.
const TRY_AGAIN: [&str; 5] = [
    "missing-input-response",
    "invalid-input-response",
    "timeout-or-duplicate",
    "expired-input-response",
    "already-seen-response",
];

/// Why somebody does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no answer, or none that could be one.
    Unsolved,
    /// The answer is spent, or too old.
    Stale,
    /// The service does not take them for a person.
    Suspect,
    /// The service does not answer, or not in words.
    Unreachable,
}

impl Refused {
    /// In words for a person.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Unsolved => "Show that you are a person first.",
            Self::Stale => "That took too long. Please try once more.",
            Self::Suspect => "We could not confirm that you are a person. Please try once more.",
            Self::Unreachable => {
                "The service that checks that you are a person does not answer. Please try again in a minute."
            }
        }
    }
}

/// What a service says.
#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    success: bool,
    score: Option<f64>,
    #[serde(rename = "error-codes", default)]
    error_codes: Vec<String>,
    #[serde(skip)]
    whole: Map<String, Value>,
}

impl Verdict {
    /// Reads an answer; `None` where it does not read.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        let Ok(Value::Object(whole)) = serde_json::from_slice(answer) else {
            return None;
        };
        let read: Self = serde_json::from_value(Value::Object(whole.clone())).ok()?;
        Some(Self { whole, ..read })
    }

    /// Whether they pass. An answer that the service refuses never does; a score out of bounds does where policies are
    /// to judge it.
    pub(super) fn judge(&self, its: &CaptchaSettings) -> Result<(), Refused> {
        if !self.success {
            let mut codes = self.error_codes.iter();
            let stale = !self.error_codes.is_empty()
                && codes.all(|code| TRY_AGAIN.contains(&code.as_str()));
            return Err(if stale {
                Refused::Stale
            } else {
                Refused::Suspect
            });
        }
        match self.score {
            Some(score) if its.error_on_invalid_score && !fits(score, its) => Err(Refused::Suspect),
            Some(_) | None => Ok(()),
        }
    }

    /// What went wrong, for the log.
    pub(super) fn codes(&self) -> String {
        let codes = self.error_codes.iter().take(5);
        codes
            .map(|code| code.chars().take(40).collect::<String>())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// All that was said, for policies; of more than a plan should keep, what is known.
    pub(super) fn into_json(self) -> Value {
        let whole = Value::Object(self.whole);
        if whole.to_string().len() <= LARGEST {
            return whole;
        }
        serde_json::json!({ "success": self.success, "score": self.score })
    }
}

/// A negative threshold is none.
fn fits(score: f64, its: &CaptchaSettings) -> bool {
    let above = its.score_min_threshold < 0.0 || score >= its.score_min_threshold;
    let below = its.score_max_threshold < 0.0 || score <= its.score_max_threshold;
    above && below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::Sealed;

    fn settings(bounds: (f64, f64), error_on_invalid_score: bool) -> CaptchaSettings {
        CaptchaSettings {
            public_key: String::new(),
            private_key: Sealed(Vec::new()),
            js_url: String::new(),
            api_url: String::new(),
            interactive: true,
            score_min_threshold: bounds.0,
            score_max_threshold: bounds.1,
            error_on_invalid_score,
        }
    }

    fn judged(answer: &str, its: &CaptchaSettings) -> Result<(), Refused> {
        Verdict::read(answer.as_bytes()).unwrap().judge(its)
    }

    #[test]
    fn only_success_passes_whatever_else_is_said() {
        for strict in [true, false] {
            let its = settings((0.5, -1.0), strict);
            assert_eq!(judged(r#"{"success":true}"#, &its), Ok(()));
            assert_eq!(judged(r#"{"success":true,"score":0.5}"#, &its), Ok(()));
            let suspect = Err(Refused::Suspect);
            assert_eq!(judged(r#"{"success":false,"score":0.9}"#, &its), suspect);
            let codes = r#"{"success":false,"error-codes":["timeout-or-duplicate"]}"#;
            assert_eq!(judged(codes, &its), Err(Refused::Stale));
            let codes = r#"{"success":false,"error-codes":["timeout-or-duplicate","invalid-input-secret"]}"#;
            assert_eq!(judged(codes, &its), suspect);
        }
    }

    #[test]
    fn a_score_out_of_bounds_is_an_error_or_the_policies_business() {
        for (bounds, score, fits) in [
            ((0.5, -1.0), "0.49", false),
            ((-1.0, 0.7), "0.71", false),
            ((-1.0, -1.0), "0", true),
            ((0.5, 1.0), "1", true),
        ] {
            let answer = format!(r#"{{"success":true,"score":{score}}}"#);
            let strict = judged(&answer, &settings(bounds, true));
            assert_eq!(strict.is_ok(), fits, "{bounds:?} {score}");
            assert_eq!(judged(&answer, &settings(bounds, false)), Ok(()));
        }
    }

    #[test]
    fn what_is_no_verdict_does_not_read() {
        for answer in [
            "",
            "true",
            "[]",
            "{}",
            r#"{"success":"true"}"#,
            r#"{"success":1}"#,
            "<html>",
        ] {
            assert!(Verdict::read(answer.as_bytes()).is_none(), "{answer}");
        }
    }

    #[test]
    fn a_flood_of_words_is_not_kept() {
        let answer = format!(
            r#"{{"success":true,"score":0.9,"x":"{}"}}"#,
            "x".repeat(LARGEST)
        );
        let kept = Verdict::read(answer.as_bytes()).unwrap().into_json();
        assert_eq!(kept, serde_json::json!({ "success": true, "score": 0.9 }));
        let short = r#"{"success":true,"hostname":"id.example"}"#;
        let kept = Verdict::read(short.as_bytes()).unwrap().into_json();
        assert_eq!(kept.to_string(), short);
    }
}
