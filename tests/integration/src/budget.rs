//! The budget of AWS calls on a warm function (architecture §4): what a person waits for, and what is paid for.

use http::Method;
use http::header::AUTHORIZATION;
use protocol::Seconds;
use serde_json::Value;

use crate::device;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::proxy::{Call, Failure, sequential_steps};
use crate::harness::{Bench, member, request};
use crate::register;

const OFFLINE: &str = "openid offline_access";
const DISCOVERY: &str = "/application/o/fast/.well-known/openid-configuration";

/// The calls since the last look in order of their start, and how many of them had to wait for one another.
pub(crate) fn spent(bench: &Bench) -> (Vec<String>, usize) {
    let mut calls: Vec<Call> = bench.dynamodb.take_calls();
    calls.extend(bench.kms.take_calls());
    calls.sort_by_key(|call| call.began);
    let steps = sequential_steps(&calls);
    (calls.into_iter().map(|call| call.name).collect(), steps)
}

pub(crate) fn cost(names: &[&str], steps: usize) -> (Vec<String>, usize) {
    (names.iter().map(|name| (*name).to_owned()).collect(), steps)
}

/// An issuer that has served this client before: configuration is in memory, sealed keys are open.
async fn warm(client: &str) -> (Bench, Value) {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens(client, OFFLINE).await;
    bench.forget_calls();
    (bench, tokens)
}

#[tokio::test]
async fn discovery_and_jwks_cost_nothing_warm_and_tenant_and_client_cold() {
    for path in [DISCOVERY, "/application/o/fast/jwks/"] {
        let bench = Bench::embedded().await;
        assert_eq!(bench.get(path).await.status(), 200);
        assert_eq!(spent(&bench), cost(&["GetItem", "GetItem"], 2), "{path}");
        assert_eq!(bench.get(path).await.status(), 200);
        bench.wait(Seconds(29));
        assert_eq!(bench.get(path).await.status(), 200);
        assert_eq!(spent(&bench), cost(&[], 0), "{path}");
        bench.wait(Seconds(1));
        assert_eq!(bench.get(path).await.status(), 200);
        assert_eq!(
            spent(&bench),
            cost(&["GetItem", "GetItem"], 2),
            "kept for thirty seconds"
        );
    }
}

#[tokio::test]
async fn authorize_with_a_session_and_stored_consent_costs_two_steps() {
    for client in ["web", "direct"] {
        let bench = Bench::embedded().await;
        let mut browser = Browser::new(&bench);
        browser.authorize(client, OFFLINE, &[]).await;
        bench.forget_calls();
        let answer = browser.get(&authorize_path(client, OFFLINE, &[])).await;
        let to = location(&answer).expect("a redirect");
        assert!(to.starts_with("https://rp.example/cb?code="), "{to}");
        assert_eq!(
            spent(&bench),
            cost(&["BatchGetItem", "TransactWriteItems"], 2),
            "{client}"
        );
    }
}

#[tokio::test]
async fn a_registered_client_costs_what_another_does_warm_and_its_template_more_cold() {
    let bench = register::registering(|_| {}).await;
    let client = register::registered(&bench, &register::plain()).await;
    let id = member(&client, "client_id");
    let mut browser = Browser::new(&bench);
    browser.authorize(id, OFFLINE, &[]).await;
    bench.forget_calls();
    browser.get(&authorize_path(id, OFFLINE, &[])).await;
    assert_eq!(
        spent(&bench),
        cost(&["BatchGetItem", "TransactWriteItems"], 2)
    );
    bench.wait(Seconds(30));
    browser.get(&authorize_path(id, OFFLINE, &[])).await;
    let (calls, _) = spent(&bench);
    let reads = calls.iter().filter(|call| *call == "GetItem").count();
    assert_eq!(reads, 3, "tenant, client, template: {calls:?}");
}

#[tokio::test]
async fn a_code_costs_two_steps_with_a_key_in_an_envelope() {
    for client in ["web", "fast"] {
        let (bench, _) = warm(client).await;
        for scope in ["openid", OFFLINE] {
            let code = bench.code(client, scope, &[]).await;
            bench.forget_calls();
            Exchange::code(&bench, client, &code).tokens().await;
            assert_eq!(
                spent(&bench),
                cost(&["GetItem", "TransactWriteItems"], 2),
                "{client} {scope}"
            );
        }
    }
}

#[tokio::test]
async fn a_code_costs_two_more_with_a_key_that_stays_in_kms() {
    for client in ["es", "direct"] {
        let (bench, _) = warm(client).await;
        let code = bench.code(client, OFFLINE, &[]).await;
        bench.forget_calls();
        Exchange::code(&bench, client, &code).tokens().await;
        // `at_hash` makes the ID token's signature wait for the access token's.
        let names = ["GetItem", "Sign", "Sign", "TransactWriteItems"];
        assert_eq!(spent(&bench), cost(&names, 4), "{client}");
    }
}

#[tokio::test]
async fn a_refresh_costs_two_steps_with_a_key_in_an_envelope() {
    for client in ["web", "fast"] {
        let (bench, tokens) = warm(client).await;
        let exchange = Exchange::refresh(&bench, client, member(&tokens, "refresh_token"));
        for what in ["rotated", "again in its grace"] {
            exchange.tokens().await;
            assert_eq!(
                spent(&bench),
                cost(&["GetItem", "TransactWriteItems"], 2),
                "{client} {what}"
            );
        }
    }
}

#[tokio::test]
async fn a_refresh_signs_side_by_side_with_a_key_that_stays_in_kms() {
    for client in ["es", "direct"] {
        let (bench, tokens) = warm(client).await;
        bench.kms.fail(
            "Sign",
            Failure::Late(std::time::Duration::from_millis(100)),
            2,
        );
        Exchange::refresh(&bench, client, member(&tokens, "refresh_token"))
            .tokens()
            .await;
        let names = ["GetItem", "Sign", "Sign", "TransactWriteItems"];
        assert_eq!(spent(&bench), cost(&names, 3), "{client}");
    }
}

#[tokio::test]
async fn userinfo_costs_two_steps() {
    let (bench, tokens) = warm("fast").await;
    assert_eq!(
        bench
            .userinfo(member(&tokens, "access_token"))
            .await
            .status(),
        200
    );
    assert_eq!(spent(&bench), cost(&["GetItem", "BatchGetItem"], 2));
    assert_eq!(bench.userinfo("of nobody").await.status(), 400);
    assert_eq!(
        spent(&bench),
        cost(&[], 0),
        "what cannot be a token is not looked up"
    );
    assert_eq!(bench.userinfo("of-nobody").await.status(), 401);
    assert_eq!(spent(&bench), cost(&["GetItem"], 1));
}

#[tokio::test]
async fn introspection_costs_two_steps_and_a_strangers_token_one() {
    let (bench, tokens) = warm("fast").await;
    for (token, names) in [
        ("access_token", ["GetItem", "BatchGetItem"]),
        ("refresh_token", ["GetItem", "GetItem"]),
    ] {
        let introspection = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        let answer = introspection.send_to("/application/o/introspect/").await;
        assert_eq!(crate::harness::json(&answer)["active"], true, "{token}");
        assert_eq!(spent(&bench), cost(&names, 2), "{token}");
    }
    let introspection = Exchange::of(&bench, "fast").with("token", "of nobody");
    introspection.send_to("/application/o/introspect/").await;
    assert_eq!(spent(&bench), cost(&["GetItem"], 1));
}

#[tokio::test]
async fn githubs_user_costs_two_steps() {
    let (bench, _) = warm("fast").await;
    let token = crate::github::token(&bench, "user:email read:org").await;
    for path in [
        "/user",
        "/user/emails",
        "/user/orgs",
        "/user/teams",
        "/api/v3/",
    ] {
        bench.forget_calls();
        crate::github::told(&bench, path, &token).await;
        assert_eq!(
            spent(&bench),
            cost(&["GetItem", "BatchGetItem"], 2),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_preflight_costs_nothing() {
    let (bench, _) = warm("fast").await;
    let mut options = request(Method::OPTIONS, "/application/o/token/", "");
    let origin = "https://anyone.example".parse().expect("a header");
    options.headers_mut().insert(http::header::ORIGIN, origin);
    assert_eq!(bench.send(options).await.status(), 200);
    assert_eq!(spent(&bench), cost(&[], 0));
}

#[tokio::test]
async fn revoking_costs_two_steps_or_one() {
    let (bench, tokens) = warm("fast").await;
    for (token, names) in [
        (
            member(&tokens, "access_token"),
            ["DeleteItem", "GetItem", "PutItem"].as_slice(),
        ),
        ("of nobody", ["GetItem"].as_slice()),
        (
            member(&tokens, "refresh_token"),
            ["PutItem", "UpdateItem"].as_slice(),
        ),
    ] {
        // What is recorded of an access token's end is written beside it.
        let steps = names.len().min(2);
        let revocation = Exchange::of(&bench, "fast").with("token", token);
        assert_eq!(
            revocation.send_to("/application/o/revoke/").await.status(),
            200
        );
        let (mut calls, waited) = spent(&bench);
        calls.sort();
        assert_eq!((calls, waited), cost(names, steps));
    }
}

#[tokio::test]
async fn a_cold_instance_opens_each_sealed_key_once() {
    let bench = Bench::embedded().await;
    let codes = [
        bench.code("fast", OFFLINE, &[]).await,
        bench.code("fast", OFFLINE, &[]).await,
    ];
    bench.forget_calls();
    let mut opened = Vec::new();
    for code in &codes {
        Exchange::code(&bench, "fast", code).tokens().await;
        opened.push(bench.take_calls().1);
    }
    assert_eq!(opened, [vec!["Decrypt", "Decrypt"], vec![]]);
}

#[tokio::test]
async fn a_stranger_costs_at_most_one_read() {
    let (bench, _) = warm("fast").await;
    let nobody = Exchange::code(&bench, "nobody", "x").send().await;
    assert_eq!(
        (nobody.status().as_u16(), spent(&bench)),
        (401, cost(&["GetItem"], 1))
    );
    let wrong = Exchange::code(&bench, "fast", "x")
        .authorization("Basic ZmFzdDp4")
        .send()
        .await;
    assert_eq!(
        (wrong.status().as_u16(), spent(&bench)),
        (401, cost(&[], 0))
    );
    let garbage = Exchange::code(&bench, "fast", "x").send().await;
    assert_eq!(
        (garbage.status().as_u16(), spent(&bench)),
        (400, cost(&[], 0))
    );
    let mut bare = request(Method::GET, "/application/o/userinfo/", "");
    bare.headers_mut().remove(AUTHORIZATION);
    assert_eq!(
        (bench.send(bare).await.status().as_u16(), spent(&bench)),
        (401, cost(&[], 0))
    );
}

#[tokio::test]
async fn a_device_asks_in_one_step_and_polls_in_one() {
    let (bench, _) = warm("fast").await;
    let codes = device::ask(&bench, "fast", OFFLINE).await;
    assert_eq!(spent(&bench), cost(&["TransactWriteItems"], 1));
    let poll = device::poll(&bench, "fast", &codes);
    for (what, calls) in [("pending", 1), ("too soon", 2)] {
        assert_eq!(poll.send().await.status(), 400);
        assert_eq!(
            spent(&bench),
            cost(&vec!["UpdateItem"; calls], calls),
            "{what}"
        );
    }
    device::refuse(&bench, &codes).await;
    bench.forget_calls();
    assert_eq!(poll.send().await.status(), 400);
    assert_eq!(spent(&bench), cost(&["UpdateItem"], 1), "denied");
    assert_eq!(poll.with("device_code", "x").send().await.status(), 400);
    assert_eq!(
        spent(&bench),
        cost(&[], 0),
        "what cannot be a code is not looked up"
    );
}

#[tokio::test]
async fn a_device_gets_its_tokens_in_two_steps_and_as_many_signatures_as_a_code() {
    for (client, signatures) in [("web", 0), ("fast", 0), ("es", 2), ("direct", 2)] {
        let (bench, _) = warm(client).await;
        let codes = device::ask(&bench, client, OFFLINE).await;
        device::allow(&bench, &codes).await;
        bench.forget_calls();
        device::poll(&bench, client, &codes).tokens().await;
        let mut names = vec!["UpdateItem"];
        names.extend(vec!["Sign"; signatures]);
        names.push("TransactWriteItems");
        assert_eq!(spent(&bench), cost(&names, 2 + signatures), "{client}");
    }
}

#[tokio::test]
async fn client_credentials_cost_one_step_with_a_key_in_an_envelope() {
    for client in ["web", "fast"] {
        let bench = Bench::embedded().await;
        let asked = crate::machines::by_secret(&bench, client).with("scope", "openid profile");
        asked.tokens().await;
        bench.forget_calls();
        for _ in 0..2 {
            asked.tokens().await;
            assert_eq!(spent(&bench), cost(&["TransactWriteItems"], 1), "{client}");
        }
    }
}

#[tokio::test]
async fn an_assertion_of_the_client_costs_one_step_more_which_spends_it() {
    let key = crate::assertions::Elsewhere::new("k");
    let bench = crate::client_authentication::with_key(&key).await;
    let asked = || {
        let said = crate::client_authentication::said(&bench);
        crate::client_authentication::asking(&bench, &key.token(&said))
    };
    asked().tokens().await;
    bench.forget_calls();
    asked().tokens().await;
    assert_eq!(spent(&bench), cost(&["PutItem", "TransactWriteItems"], 2));
    let mut forged = crate::client_authentication::said(&bench);
    forged["aud"] = "https://other.example".into();
    let forged = crate::client_authentication::asking(&bench, &key.token(&forged));
    assert_eq!(forged.send().await.status(), 401);
    assert_eq!(
        spent(&bench),
        cost(&[], 0),
        "what is refused is not remembered"
    );
}

#[tokio::test]
async fn client_credentials_cost_one_more_with_a_key_that_stays_in_kms() {
    for client in ["es", "direct"] {
        let bench = Bench::embedded().await;
        let asked = crate::machines::by_secret(&bench, client).with("scope", "openid profile");
        asked.tokens().await;
        bench.forget_calls();
        asked.tokens().await;
        // Both tokens are signed side by side.
        let names = ["Sign", "Sign", "TransactWriteItems"];
        assert_eq!(spent(&bench), cost(&names, 2), "{client}");
    }
}

#[tokio::test]
async fn an_account_that_changed_is_read_again_once() {
    let bench = Bench::embedded().await;
    let asked = crate::machines::by_secret(&bench, "fast");
    asked.tokens().await;
    let name = crate::machines::account_name(&bench, "fast").await;
    crate::harness::people::rename(&bench, &name, "Deployer").await;
    bench.forget_calls();
    asked.tokens().await;
    let write = "TransactWriteItems";
    assert_eq!(
        spent(&bench),
        cost(&[write, "GetItem", "GetItem", write], 4)
    );
    asked.tokens().await;
    assert_eq!(
        spent(&bench),
        cost(&[write], 1),
        "and is known from then on"
    );
}

#[tokio::test]
async fn an_app_password_costs_three_steps_and_an_assertion_one() {
    let bench = Bench::embedded().await;
    let ada = crate::machines::ada(&bench).await;
    crate::machines::give(&bench, &ada, provider::ports::Intent::AppPassword, "k").await;
    let asked = crate::machines::naming(&bench, "fast")
        .with("username", "ada")
        .with("password", "k");
    asked.tokens().await;
    bench.forget_calls();
    asked.tokens().await;
    let (mut names, steps) = spent(&bench);
    names.sort();
    // The key is looked up beside the name.
    let want = ["GetItem", "GetItem", "GetItem", "TransactWriteItems"];
    assert_eq!((names, steps), cost(&want, 3));

    let ci = crate::assertions::Elsewhere::new("k");
    crate::assertions::trust(&bench, vec![ci.source()]).await;
    for warm in [false, true] {
        let assertion = ci.token(&crate::assertions::claims(&bench));
        crate::assertions::with(&bench, &assertion).tokens().await;
        let spent = spent(&bench);
        if warm {
            assert_eq!(spent, cost(&["TransactWriteItems"], 1));
        }
    }
}

#[tokio::test]
async fn a_proof_of_a_key_costs_one_step_more() {
    let (bench, _) = warm("fast").await;
    let prover = crate::harness::prover::Prover::new();
    let code = bench.code("fast", OFFLINE, &[]).await;
    bench.forget_calls();
    let exchange = Exchange::code(&bench, "fast", &code);
    let tokens = prover.prove(&bench, exchange).tokens().await;
    // The proof is spent first: whoever repeats it finds out nothing.
    let names = ["PutItem", "GetItem", "TransactWriteItems"];
    assert_eq!(spent(&bench), cost(&names, 3));
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    prover.prove(&bench, refresh).tokens().await;
    assert_eq!(spent(&bench), cost(&names, 3));
    let token = member(&tokens, "access_token");
    assert_eq!(prover.userinfo(&bench, token).await.status(), 200);
    let names = ["GetItem", "BatchGetItem", "PutItem"];
    assert_eq!(spent(&bench), cost(&names, 3));
}
