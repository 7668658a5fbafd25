//! ID tokens that are brought, and that are asked for.

use aws::Ports as _;
use protocol::{Seconds, Secret};
use provider::client::SubMode;
use provider::hint;
use provider::key::{PublishedKey, Signing};
use provider::tenant::Purpose;
use serde_json::json;

use super::{ACCESS, ID, REFUSED, allow, exchanging, subject};
use crate::harness::{Bench, claims, json as body, member, people, summary};
use crate::machines::{by_secret, reconfigure};

const NO_ID_TOKEN: &str = r#"400 cache-control: no-store {"error":"invalid_request","error_description":"an ID token needs openid and a person, and is for the client alone"}"#;

#[tokio::test]
async fn rfc8693_3_an_id_token_of_ours_says_who_it_is_whatever_sub_is() {
    for mode in [
        SubMode::HashedUserId,
        SubMode::UserId,
        SubMode::UserUuid,
        SubMode::UserUsername,
        SubMode::UserEmail,
        SubMode::UserUpn,
    ] {
        let bench = Bench::embedded().await;
        allow(&bench, true, false).await;
        reconfigure(&bench, "web", |client| client.sub_mode = mode).await;
        let theirs = bench.tokens("web", "openid").await;
        let tokens = exchanging(&bench, ID, member(&theirs, "id_token"))
            .tokens()
            .await;
        let said = claims(member(&tokens, "access_token"));
        assert_eq!(said["sub"], people::sub(&bench, "ada").await, "{mode:?}");
    }
}

#[tokio::test]
async fn an_id_token_that_has_expired_or_was_changed_or_is_a_strangers_is_refused() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = bench.tokens("web", "openid").await;
    let id = member(&theirs, "id_token").to_owned();
    let (head, _) = id.rsplit_once('.').expect("three parts");
    let forged = format!("{head}.AAAA");
    assert_eq!(exchanging(&bench, ID, &forged).summary().await, REFUSED);
    let strangers = bench.tokens("es", "openid").await;
    let asked = exchanging(&bench, ID, member(&strangers, "id_token"));
    assert_eq!(asked.summary().await, REFUSED);
    bench.wait(Seconds(3_600));
    assert_eq!(exchanging(&bench, ID, &id).summary().await, REFUSED);
}

#[tokio::test]
async fn rfc8693_2_2_1_an_id_token_is_no_token_to_use_at_a_resource() {
    let bench = Bench::embedded().await;
    allow(&bench, false, true).await;
    let theirs = subject(&bench, "openid profile").await;
    let asked = exchanging(&bench, ACCESS, &theirs).with("requested_token_type", ID);
    let tokens = asked.tokens().await;
    assert_eq!(tokens["issued_token_type"], ID);
    assert_eq!(tokens["token_type"], "N_A");
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["aud"], "fast");
    assert_eq!(said["act"], json!({"sub": "fast", "client_id": "fast"}));
    let used = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(used.status(), 401);
}

#[tokio::test]
async fn an_id_token_needs_openid() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let own = by_secret(&bench, "fast")
        .with("scope", "profile")
        .tokens()
        .await;
    let asked = exchanging(&bench, ACCESS, member(&own, "access_token"))
        .with("requested_token_type", ID)
        .send()
        .await;
    assert_eq!(summary(&asked), NO_ID_TOKEN);
    assert_eq!(body(&asked)["error"], "invalid_request");
}

#[tokio::test]
async fn an_id_token_is_worth_openid_and_no_more_and_ends_with_its_session() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = bench.tokens("web", "openid profile email").await;
    let tokens = exchanging(&bench, ID, member(&theirs, "id_token"))
        .tokens()
        .await;
    assert_eq!(tokens["scope"], "openid");
    // One that was got by an exchange names no session.
    let made = exchanging(&bench, ACCESS, &subject(&bench, "openid profile").await)
        .with("requested_token_type", ID)
        .tokens()
        .await;
    let again = exchanging(&bench, ID, member(&made, "access_token"));
    assert_eq!(again.summary().await, REFUSED);
}

#[tokio::test]
async fn rfc8693_2_1_an_id_token_signed_with_a_client_secret_vouches_for_nobody() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let (tenant, purpose) = (&bench.seeded.tenant.id, Purpose::ClientSecret("web"));
    let seals = bench.backend.sealer();
    let sealed = seals.seal(tenant, purpose, b"shared").await.expect("seals");
    reconfigure(&bench, "web", |client| {
        let client_id = client.client_id.clone();
        client.signing = Signing::ClientSecret { client_id, sealed };
    })
    .await;
    let theirs = bench.tokens("web", "openid").await;
    let asked = exchanging(&bench, ID, member(&theirs, "id_token"));
    assert_eq!(asked.summary().await, REFUSED);
}

#[tokio::test]
async fn an_id_token_of_a_retired_key_is_a_hint_and_no_subject_token() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = bench.tokens("web", "openid").await;
    let id = member(&theirs, "id_token").to_owned();
    let other = crate::machines::client(&bench, "es").await.signing;
    for published in [true, false] {
        let signing = other.clone();
        reconfigure(&bench, "web", |client| {
            let further = &mut client.further_keys;
            if let Signing::Key(old) = &client.signing
                && published
            {
                further.published = vec![PublishedKey::from(old)];
                client.signing = signing;
            } else {
                further.believed = std::mem::take(&mut further.published);
            }
        })
        .await;
        let asked = exchanging(&bench, ID, &id);
        assert_eq!(asked.send().await.status() == 200, published);
        let web = crate::machines::client(&bench, "web").await;
        let (tenant, vault) = (&bench.seeded.tenant, bench.backend.keys.vault());
        let meant = hint::subject(tenant, &web, &Secret::new(&*id), &*vault).await;
        assert_eq!(
            meant,
            Ok(Some(claims(&id)["sub"].as_str().unwrap().to_owned()))
        );
    }
}
