//! Workload identities: subject and claim rules of sources, and JWTs as grants (RFC 7523 §2.1).

use provider::federation::Rules;
use serde_json::{Value, json};

use super::{Elsewhere, claims, trust, trusting, with};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, basic, claims as said, member};
use crate::machines::{NOT_LET_IN, logged, reconfigure, refused};

/// What `grant_type` is.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const OTHER_SUBJECT: &str = "the assertion's sub matches none of the source's subjects";
const OTHER_CLAIM: &str = "a claim of the assertion is missing, or not as the source requires it";

fn rules(subjects: &[&str], claims: &[(&str, &str)]) -> Rules {
    let own = |text: &str| text.to_owned();
    Rules {
        subjects: subjects.iter().map(|text| own(text)).collect(),
        claims: claims
            .iter()
            .map(|(name, text)| (own(name), vec![own(text)]))
            .collect(),
    }
}

/// A bench whose client `fast` trusts this CI within these rules.
async fn within(ci: &Elsewhere, rules: Rules) -> Bench {
    let mut source = ci.source();
    source.rules = rules;
    trusting(source).await
}

/// Claims that hold, with these beside.
fn and(bench: &Bench, beside: &Value) -> Value {
    let mut all = claims(bench);
    let more = beside.as_object().expect("an object").clone();
    all.as_object_mut().expect("an object").extend(more);
    all
}

/// A request of the client `fast` by its name alone, with this JWT as the grant.
fn granted<'a>(bench: &'a Bench, jwt: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast")
        .without_authorization()
        .with("client_id", "fast")
        .with("grant_type", JWT_BEARER)
        .with("assertion", jwt)
}

#[tokio::test]
async fn of_a_public_ci_only_the_organisations_own_workflows_get_in() {
    let ci = Elsewhere::new("k");
    let rules = rules(
        &[
            "repo:acme/*:ref:refs/heads/main",
            "repo:acme/app:environment:production",
        ],
        &[("repository_owner_id", "4711")],
    );
    let bench = within(&ci, rules).await;
    let workflow = |sub: &str, owner: &str| {
        ci.token(&and(
            &bench,
            &json!({"sub": sub, "repository_owner_id": owner}),
        ))
    };
    for sub in [
        "repo:acme/app:ref:refs/heads/main",
        "repo:acme/app:environment:production",
    ] {
        with(&bench, &workflow(sub, "4711")).tokens().await;
    }
    for (sub, owner, why) in [
        (
            "repo:mallory/app:ref:refs/heads/main",
            "4711",
            OTHER_SUBJECT,
        ),
        ("repo:acme/app:ref:refs/heads/mine", "4711", OTHER_SUBJECT),
        ("repo:acme/app:pull_request", "4711", OTHER_SUBJECT),
        // Whoever takes over the name of an organisation has another id.
        ("repo:acme/app:ref:refs/heads/main", "666", OTHER_CLAIM),
    ] {
        assert_eq!(
            refused(&with(&bench, &workflow(sub, owner))).await,
            why,
            "{sub}"
        );
    }
}

#[tokio::test]
async fn of_a_cluster_only_the_service_accounts_named_get_in() {
    let cluster = Elsewhere::new("k");
    let rules = rules(
        &["system:serviceaccount:ci:*"],
        &[("/kubernetes.io/namespace", "ci")],
    );
    let bench = within(&cluster, rules).await;
    let pod = |sub: &str, namespace: &str| {
        let more = json!({"sub": sub, "kubernetes.io": {"namespace": namespace}});
        cluster.token(&and(&bench, &more))
    };
    let name = "system:serviceaccount:ci:deployer";
    with(&bench, &pod(name, "ci")).tokens().await;
    let other = with(&bench, &pod("system:serviceaccount:web:deployer", "ci"));
    assert_eq!(refused(&other).await, OTHER_SUBJECT);
    assert_eq!(refused(&with(&bench, &pod(name, "web"))).await, OTHER_CLAIM);
    let without = cluster.token(&and(&bench, &json!({"sub": name})));
    assert_eq!(refused(&with(&bench, &without)).await, OTHER_CLAIM);
}

#[tokio::test]
async fn of_a_cloud_only_the_roles_named_get_in_and_for_our_audience_alone() {
    let cloud = Elsewhere::new("k");
    let rules = rules(&["arn:aws:iam::123456789012:role/deploy-*"], &[]);
    let bench = within(&cloud, rules).await;
    let role = |sub: &str| cloud.token(&and(&bench, &json!({"sub": sub})));
    with(&bench, &role("arn:aws:iam::123456789012:role/deploy-app"))
        .tokens()
        .await;
    for other in [
        "arn:aws:iam::999999999999:role/deploy-app",
        "arn:aws:iam::123456789012:role/admin",
        "arn:aws:sts::123456789012:assumed-role/deploy-app/x",
    ] {
        assert_eq!(
            refused(&with(&bench, &role(other))).await,
            OTHER_SUBJECT,
            "{other}"
        );
    }
    let sub = "arn:aws:iam::123456789012:role/deploy-app";
    let elsewhere = json!({"sub": sub, "aud": "https://sts.other.example"});
    let why = refused(&with(&bench, &cloud.token(&and(&bench, &elsewhere)))).await;
    assert_eq!(why, "the assertion is for another audience");
}

#[tokio::test]
async fn rfc7523_2_1_a_jwt_as_the_grant_gets_tokens_for_its_account_once() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let asked = granted(&bench, &ci.token(&claims(&bench))).with("scope", "profile");
    let tokens = asked.tokens().await;
    assert_eq!(tokens["scope"], "profile");
    assert!(tokens.get("refresh_token").is_none());
    let name = &said(member(&tokens, "access_token"))["preferred_username"];
    assert_eq!(name, "fast-repo:a");
    assert_eq!(asked.summary().await, NOT_LET_IN, "RFC 7523 §3, item 7");
}

#[tokio::test]
async fn rfc7523_3_1_a_jwt_that_does_not_hold_is_an_invalid_grant() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let late = and(&bench, &json!({"exp": bench.now().unix()}));
    let strangers = Elsewhere::new("k").token(&claims(&bench));
    for (jwt, why) in [
        (ci.token(&late), "the assertion has expired"),
        (strangers, "the assertion's signature is wrong"),
        ("a.b.c".to_owned(), "the assertion is not a JWT"),
    ] {
        assert_eq!(refused(&granted(&bench, &jwt)).await, why);
    }
    let none = granted(&bench, "x").without("assertion").summary().await;
    assert!(none.contains("invalid_request"), "{none}");
}

#[tokio::test]
async fn rfc7521_4_1_client_authentication_is_optional_and_checked_where_it_is_there() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let asked = |secret: &str| {
        granted(&bench, &ci.token(&claims(&bench)))
            .without("client_id")
            .authorization(&basic("fast", secret))
    };
    asked("fast-secret").tokens().await;
    let wrong = asked("wrong").send().await;
    assert_eq!(wrong.status(), 401, "{}", logged(&wrong));
}

#[tokio::test]
async fn a_public_client_needs_leave_for_jwts_as_grants() {
    let bench = Bench::embedded().await;
    let ci = Elsewhere::new("k");
    let source = ci.source();
    reconfigure(&bench, "spa", |client| {
        client.federation.sources = vec![source];
    })
    .await;
    let asked = || {
        let mut all = claims(&bench);
        all["aud"] = json!("spa");
        granted(&bench, &ci.token(&all)).with("client_id", "spa")
    };
    let told = asked().summary().await;
    assert!(told.contains("unauthorized_client"), "{told}");
    reconfigure(&bench, "spa", |client| {
        client.metadata.grant_types = Some(vec![JWT_BEARER.to_owned()]);
    })
    .await;
    asked().tokens().await;
}

#[tokio::test]
async fn rfc6749_5_2_a_grant_that_is_not_the_clients_is_an_unauthorized_client() {
    let bench = Bench::embedded().await;
    let ci = Elsewhere::new("k");
    trust(&bench, vec![ci.source()]).await;
    reconfigure(&bench, "fast", |client| {
        client.metadata.grant_types = Some(vec!["authorization_code".to_owned()]);
    })
    .await;
    for grant in [
        "refresh_token",
        "client_credentials",
        "password",
        JWT_BEARER,
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
    ] {
        let told = Exchange::of(&bench, "fast")
            .with("grant_type", grant)
            .with("refresh_token", "x")
            .with("device_code", "x")
            .with("auth_req_id", "x")
            .with("assertion", "x")
            .summary()
            .await;
        assert!(told.contains("unauthorized_client"), "{grant}: {told}");
    }
    let device = Exchange::of(&bench, "fast")
        .send_to(crate::device::DEVICE)
        .await;
    assert_eq!(
        crate::harness::json(&device)["error"],
        "unauthorized_client"
    );
    let told = Exchange::code(&bench, "fast", "x").summary().await;
    assert!(told.contains("invalid_grant"), "{told}");
}
