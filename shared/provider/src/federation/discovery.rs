//! Where an issuer's keys are, as it says itself (OpenID Connect Discovery §4).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, Timestamp};
use serde_json::Value;

use super::AssertionFault;
use crate::jwt;
use crate::ports::Fetcher;

/// How long an answer is used without asking again.
const FRESH: Seconds = Seconds::hours(1);

/// How long a failure is remembered.
const PAUSE: Seconds = Seconds(15);

/// More issuers than an installation has sources.
const MOST: usize = 1_000;

/// What was found out, and when.
type Known = (Result<String, AssertionFault>, Timestamp);

/// Asks issuers, and keeps their answers for all requests of this instance.
pub(super) struct Discoveries {
    fetcher: Arc<dyn Fetcher>,
    known: Mutex<HashMap<String, Known>>,
}

impl Discoveries {
    pub(super) fn new(fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            fetcher,
            known: Mutex::new(HashMap::new()),
        }
    }

    /// The `jwks_uri` of this issuer. Fetched by the client that cannot be led inside, as the keys are.
    ///
    /// # Errors
    /// [`AssertionFault::NoKeys`], [`AssertionFault::BadDiscovery`].
    pub(super) async fn keys_of(
        &self,
        issuer: &str,
        now: Timestamp,
    ) -> Result<String, AssertionFault> {
        if let Some(known) = self.kept(issuer, now) {
            return known;
        }
        let found = self.ask(issuer).await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(issuer.to_owned(), (found.clone(), now));
        found
    }

    fn kept(&self, issuer: &str, now: Timestamp) -> Option<Result<String, AssertionFault>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, at) = known.get(issuer)?;
        let good_for = if answer.is_ok() { FRESH } else { PAUSE };
        let age = now.apart(*at);
        (age < good_for).then(|| answer.clone())
    }

    async fn ask(&self, issuer: &str) -> Result<String, AssertionFault> {
        // §4: a slash at its end is removed first.
        let base = issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let document = self
            .fetcher
            .get(&url)
            .await
            .map_err(AssertionFault::NoKeys)?;
        let document = jwt::object(&document).ok_or(AssertionFault::BadDiscovery)?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // §4.3: MUST be identical to the issuer it was asked for.
        if text("issuer") != Some(issuer) {
            return Err(AssertionFault::BadDiscovery);
        }
        let keys = text("jwks_uri").ok_or(AssertionFault::BadDiscovery)?;
        Ok(keys.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use bytes::Bytes;

    use super::*;
    use crate::ports::FetchError;

    /// An issuer that says this, and counts how often.
    struct Says(&'static str, AtomicUsize);

    #[async_trait]
    impl Fetcher for Says {
        async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            assert_eq!(url, "https://ci.example/.well-known/openid-configuration");
            if self.0.is_empty() {
                return Err(FetchError::Connection);
            }
            Ok(Bytes::from_static(self.0.as_bytes()))
        }

        async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
            Err(FetchError::Url)
        }

        async fn post_json(
            &self,
            _: &str,
            _: &protocol::Secret,
            _: &serde_json::Value,
        ) -> Result<(), FetchError> {
            Err(FetchError::Url)
        }
    }

    const ISSUER: &str = "https://ci.example";
    const GOOD: &str = r#"{"issuer":"https://ci.example","jwks_uri":"https://keys.example/k"}"#;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(second)
    }

    #[tokio::test]
    async fn openid_discovery_4_3_the_issuer_is_the_one_that_was_asked() {
        for (document, want) in [
            (GOOD, Ok("https://keys.example/k".to_owned())),
            (
                r#"{"issuer":"https://ci.example/","jwks_uri":"https://keys.example/k"}"#,
                Err(AssertionFault::BadDiscovery),
            ),
            (
                r#"{"jwks_uri":"https://k.example/"}"#,
                Err(AssertionFault::BadDiscovery),
            ),
            (
                r#"{"issuer":"https://ci.example"}"#,
                Err(AssertionFault::BadDiscovery),
            ),
            ("[]", Err(AssertionFault::BadDiscovery)),
            ("", Err(AssertionFault::NoKeys(FetchError::Connection))),
        ] {
            let discoveries = Discoveries::new(Arc::new(Says(document, AtomicUsize::new(0))));
            assert_eq!(discoveries.keys_of(ISSUER, at(0)).await, want, "{document}");
        }
    }

    #[tokio::test]
    async fn an_answer_is_kept_for_an_hour_and_a_failure_for_a_moment() {
        for (document, pause) in [(GOOD, FRESH), ("", PAUSE)] {
            let says = Arc::new(Says(document, AtomicUsize::new(0)));
            let discoveries = Discoveries::new(Arc::clone(&says) as Arc<dyn Fetcher>);
            for second in [0, 1, pause.0 - 1] {
                let _ = discoveries.keys_of(ISSUER, at(second)).await;
            }
            assert_eq!(says.1.load(Ordering::SeqCst), 1);
            let _ = discoveries.keys_of(ISSUER, at(pause.0)).await;
            assert_eq!(says.1.load(Ordering::SeqCst), 2);
        }
    }
}
