//! What a list costs where there is much in it: a fixed number of AWS calls. And what becomes of numbers that meet.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use protocol::{ClientId, Digest, Scopes, Seconds};
use provider::flow::proof::Strength;
use provider::grant::TokenRecord;
use provider::ports::{Issuance, Named, Number};

use super::{ACCESS, BOB, OFFLINE, tokens};
use crate::api::harness::Api;
use crate::contract::event;

fn calls(revision: usize, queries: usize, batches: usize) -> Vec<String> {
    let calls = [
        ("GetItem", revision),
        ("Query", queries),
        ("BatchGetItem", batches),
    ];
    let calls = calls.into_iter();
    calls
        .flat_map(|(name, times)| std::iter::repeat_n(name.to_owned(), times))
        .collect()
}

/// The number of the provider of the client that is called so.
async fn fast(api: &Api) -> u64 {
    let found = api.shown("/providers/oauth2/?client_id=fast").await;
    found["results"][0]["pk"].as_u64().expect("a number")
}

/// An access token of bob's without a grant, that ends so many seconds from now.
fn record(api: &Api, provider: u64, (id, seconds): (Digest, i64)) -> TokenRecord {
    let now = api.bench.now();
    TokenRecord {
        id,
        grant: None,
        client_id: ClientId::parse("fast").expect("an id"),
        provider,
        user: api.user.subject.id,
        generation: api.user.subject.generation,
        session: None,
        scopes: Scopes::parse("openid").expect("scopes"),
        nonce: None,
        auth_time: None,
        strength: Strength::default(),
        terms: provider::grant::Terms::default(),
        key: None,
        issued: now,
        expires: now + Seconds(seconds),
    }
}

async fn issue(api: &Api, records: &[TokenRecord]) {
    let tokens = api.bench.backend.stores.tokens();
    let (tenant, bob) = (&api.bench.seeded.tenant.id, &api.user.subject);
    for some in records.chunks(50) {
        let events: Vec<_> = some.iter().map(|_| event()).collect();
        let issued = some.iter().zip(&events);
        let issued = issued.map(|(record, event)| tokens.issue(tenant, record, bob, event));
        for issued in join_all(issued).await {
            assert_eq!(issued, Ok(Issuance::Done));
        }
    }
}

/// So many, of which each ends a second later than the one before, and one that comes from a grant.
async fn many(api: &Api, count: u16) {
    tokens(api, BOB, "fast", OFFLINE).await;
    let fast = fast(api).await;
    let records = (0..count).map(|index| {
        let id = Digest::of(&index.to_be_bytes());
        record(api, fast, (id, 10_000 + i64::from(index)))
    });
    issue(api, &records.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn two_things_with_one_number_are_listed_and_neither_is_taken_for_the_other() {
    let api = Api::start().await;
    let (bob, client) = (api.user.subject.id, ClientId::parse("fast").expect("an id"));
    let mut seen = BTreeMap::new();
    let twins = (0_u32..).find_map(|index| {
        let id = Digest::of(&index.to_be_bytes());
        let number = Number::of(bob, &client, &Named::Token(id));
        let former = seen.insert(number, id)?;
        Some((number, [former, id]))
    });
    let (number, twins) = twins.expect("there is no end of names");
    let fast = fast(&api).await;
    let records = twins.map(|id| record(&api, fast, (id, 100)));
    let one = format!("{ACCESS}{}/", number.get());
    issue(&api, &records[..1]).await;
    assert_eq!(api.get(&one).await.0, 200);
    issue(&api, &records[1..]).await;
    for client in [api.as_root(), api.as_user()] {
        let (_, page) = client.get(ACCESS).await;
        assert_eq!(page["pagination"]["count"], 2);
        assert_eq!(page["results"][0]["pk"], page["results"][1]["pk"]);
        assert_eq!(client.get(&one).await.0, 404);
        assert_eq!(client.delete(&one).await.0, 404);
    }
    let (tokens, tenant) = (
        api.bench.backend.stores.tokens(),
        &api.bench.seeded.tenant.id,
    );
    tokens.forget(tenant, &twins[0]).await.expect("forgets");
    assert_eq!(api.get(&one).await.0, 200, "there is one again");
    assert_eq!(api.delete(&one).await.0, 204);
}

#[tokio::test]
async fn a_list_of_a_thousand_tokens_costs_a_fixed_number_of_calls() {
    let api = Api::start().await;
    many(&api, 1_050).await;
    // The configuration's revision, sixteen partitions, the tokens of the page and their owner.
    let (page, spent) = api.cost(ACCESS).await;
    assert_eq!(page["pagination"]["count"], 1_051);
    assert_eq!(page["results"].as_array().expect("rows").len(), 100);
    // One of them comes from a grant; it is on the first page, as it ends first.
    assert_eq!(spent, calls(1, 16, 3));
    let (page, spent) = api.cost(&format!("{ACCESS}?ordering=-expires")).await;
    assert_eq!(spent, calls(1, 16, 2));
    let ends: Vec<&str> = page["results"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["expires"].as_str().expect("text"))
        .collect();
    assert!(ends.is_sorted_by(|one, other| one >= other), "{ends:?}");
    let (page, _) = api.cost(&format!("{ACCESS}?page=11")).await;
    assert_eq!(page["results"].as_array().expect("rows").len(), 51);
}

#[tokio::test]
async fn a_list_of_a_few_costs_no_more_than_it_has() {
    let api = Api::start().await;
    tokens(&api, BOB, "fast", OFFLINE).await;
    // Tokens, their grants, their owners.
    let (_, spent) = api.cost(ACCESS).await;
    assert_eq!(spent, calls(1, 16, 3));
    let (page, spent) = api
        .cost(&format!("{ACCESS}?user={}", api.user.subject.pk))
        .await;
    assert_eq!(page["pagination"]["count"], 1);
    // The person by number, and then their own part of one partition.
    assert_eq!(spent, calls(3, 1, 3));
    let one = format!("{ACCESS}{}/", page["results"][0]["pk"]);
    let (_, spent) = api.cost(&one).await;
    assert_eq!(spent, calls(1, 1, 3));
    let (_, spent) = api.cost("/core/user_consent/").await;
    assert_eq!(spent, calls(1, 16, 0), "of nothing");
    let (page, spent) = api.cost("/core/authenticated_sessions/").await;
    assert_eq!(page["pagination"]["count"], 1);
    assert_eq!(spent, calls(0, 16, 2), "sessions and people");
}
