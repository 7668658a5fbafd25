//! What is run in Rust says what its Python says.

use provider::mapping::Shipped;
use serde_json::Value;

use super::{EVE, ROOT, tokens_of, told};
use crate::harness::people;
use crate::harness::{Bench, USER};

/// What somebody is said to be, for all shipped scopes. The Python ones have a prefix, so that no other client of the
/// fixture gets both.
async fn told_by(bench: &Bench, who: (&str, &str), client: &str, prefix: &str) -> Value {
    let scopes = Shipped::ALL.map(|shipped| format!("{prefix}{}", shipped.scope()));
    let scopes = format!("openid {}", scopes.join(" "));
    let tokens = tokens_of(bench, who, client, &scopes).await;
    told(bench, &tokens).await
}

#[tokio::test]
async fn reference_6_3_the_shipped_mappings_say_in_rust_what_they_say_in_python() {
    let bench = Bench::scripted().await;
    people::change(&bench, "eve", |user| user.subject.email_verified = true).await;
    for who in [USER, EVE, ROOT, ("bare", "bares own password")] {
        let native = told_by(&bench, who, "in-rust", "").await;
        let python = told_by(&bench, who, "in-python", "python-").await;
        assert_eq!(native, python, "{}", who.0);
        assert!(
            native.get("groups").is_some() && native.get("roles").is_some(),
            "{native}"
        );
    }
}

/// The test above would say nothing if both were run in Rust, or the texts were others.
#[tokio::test]
async fn the_fixtures_python_is_the_shipped_text_and_is_not_run_in_rust() {
    let bench = Bench::scripted().await;
    let id = protocol::ClientId::parse("in-python").expect("an id");
    let clients = bench.backend.stores.clients();
    let client = clients
        .by_id(&bench.seeded.tenant.id, &id, bench.now())
        .await;
    let client = client.expect("DynamoDB answers").expect("a client");
    for shipped in Shipped::ALL {
        let scope = format!("python-{}", shipped.scope());
        let mapping = client
            .mappings
            .iter()
            .find(|mapping| mapping.scope.as_str() == scope);
        let mapping = mapping.unwrap_or_else(|| panic!("no mapping of {scope}"));
        assert_eq!(
            mapping.expression.trim_end(),
            format!("{}# in Python", shipped.expression())
        );
        assert_eq!(mapping.shipped(), None);
    }
}
