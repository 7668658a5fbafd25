//! Keys rotate (docs/keys.md): by the schedule, because somebody asks, and in an emergency.

mod caching;
mod emergency;
mod load;
mod schedulers;

use protocol::{Seconds, Secret, Slug};
use provider::config::SEEN;
use provider::hint;
use provider::job::Job as _;
use serde_json::{Value, json};

use super::certificates::{EC, EC_KEY};
use super::harness::Api;
use crate::claims::events;
use crate::harness::jwt::verified;
use crate::harness::{Bench, engine, json as body, member};
use aws::Ports as _;

const PATH: &str = "/crypto/certificatekeypairs/";

/// As long as a function may remember a client.
const REMEMBERED: Seconds = Seconds(31);

/// Where the pair is with which an application of the fixture signs.
async fn pair(api: &Api, slug: &str) -> String {
    let page = api
        .shown(&format!("{PATH}?name={slug}%20%28signing%29"))
        .await;
    let pk = page["results"][0]["pk"]
        .as_str()
        .expect("its pair")
        .to_owned();
    format!("{PATH}{pk}/")
}

/// The names of the keys that an application's issuer publishes.
async fn published(api: &Api, slug: &str) -> Vec<String> {
    let set = body(&api.bench.get(&format!("/application/o/{slug}/jwks/")).await);
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|key| member(key, "kid").to_owned()).collect()
}

async fn rotate(api: &Api, pair: &str, emergency: bool) -> Value {
    let asked = json!({"emergency": emergency});
    let (status, told) = api.post(&format!("{pair}rotate/"), asked).await;
    assert_eq!(status, 200, "{told}");
    api.bench.wait(REMEMBERED);
    told["rotation_status"].clone()
}

/// What the schedule does now.
async fn run(bench: &Bench) {
    let scripts = bench.backend.scripts(engine());
    let done = bench.backend.rotate_keys(&scripts).run(bench.now()).await;
    assert_eq!(done, Ok(()));
}

/// Whom an ID token means, at the application it was issued to.
async fn meant(bench: &Bench, slug: &str, id_token: &str) -> Option<String> {
    let tenant = &bench.seeded.tenant;
    let slug = Slug::parse(slug).expect("a slug");
    let clients = bench.backend.stores.clients();
    let client = clients.by_slug(&tenant.id, &slug, bench.now()).await;
    let client = client.expect("reads").expect("a client");
    let vault = bench.backend.keys.vault();
    let id_token = Secret::new(id_token);
    let subject = hint::subject(tenant, &client, &id_token, &*vault).await;
    subject.expect("opens")
}

#[tokio::test]
async fn whoever_asks_gets_another_key_once_it_has_been_published_for_long_enough() {
    for (slug, made) in [
        ("es", "CreateKey"),
        ("fast", "GenerateDataKeyPairWithoutPlaintext"),
    ] {
        let api = Api::start().await;
        let pair = pair(&api, slug).await;
        let before = api.bench.tokens(slug, "openid").await;
        let old = published(&api, slug).await;
        api.bench.forget_calls();
        let status = rotate(&api, &pair, false).await;
        let (_, kms) = api.bench.take_calls();
        assert_eq!(
            kms.iter().filter(|call| *call == made).count(),
            1,
            "{kms:?}"
        );
        let next = member(&status["next"], "kid").to_owned();
        assert_eq!(status["kid"], old[0]);
        assert_eq!(published(&api, slug).await, [&*old[0], &*next]);
        assert_eq!(rotate(&api, &pair, false).await["kid"], old[0], "not yet");
        api.bench.wait(SEEN);
        let status = rotate(&api, &pair, false).await;
        assert_eq!(status["kid"], *next);
        assert_eq!(published(&api, slug).await, [&*next, &*old[0]]);
        let after = api.bench.tokens(slug, "openid").await;
        for tokens in [&before, &after] {
            verified(&api.bench, slug, member(tokens, "id_token")).await;
        }
        let shown = api.shown(&pair).await;
        let keys = body(&api.bench.get(&format!("/application/o/{slug}/jwks/")).await);
        assert!(keys["keys"][0]["x5c"].is_array(), "{keys}");
        assert!(keys["keys"][1]["x5c"].is_null(), "of the present key alone");
        assert_eq!(shown["cert_subject"], format!("CN={slug} (signing)"));
        let told = events(&api.bench).await;
        let mut told: Vec<&str> = told
            .iter()
            .filter_map(|it| it.context.get("rotation")?.as_str())
            .collect();
        told.sort_unstable(); // some are of the same second
        assert_eq!(told, ["asked for", "promoted", "published"]);
    }
}

#[tokio::test]
async fn a_schedule_is_set_seen_and_taken_back() {
    let api = Api::start().await;
    let pair = pair(&api, "fast").await;
    assert_eq!(
        api.shown(&pair).await["rotation"],
        Value::Null,
        "off unless set"
    );
    run(&api.bench).await;
    assert_eq!(published(&api, "fast").await.len(), 1);
    let every = json!({"rotation": {"every": "days=90"}});
    let (status, told) = api.patch(&pair, every.clone()).await;
    assert_eq!(
        (status.as_u16(), &told["rotation"]),
        (200, &every["rotation"])
    );
    run(&api.bench).await;
    api.bench.wait(REMEMBERED);
    let [old, next] = <[String; 2]>::try_from(published(&api, "fast").await).expect("two keys");
    api.bench.wait(Seconds::days(90));
    run(&api.bench).await;
    api.bench.wait(REMEMBERED);
    let now = published(&api, "fast").await;
    assert_eq!(now.len(), 3);
    assert_eq!((&now[0], &now[2]), (&next, &old));
    let (status, told) = api.patch(&pair, json!({"rotation": null})).await;
    assert_eq!((status.as_u16(), &told["rotation"]), (200, &Value::Null));
    assert_eq!(told["rotation_status"]["kid"], *next);
}

#[tokio::test]
async fn what_was_brought_and_what_is_no_time_is_refused() {
    let api = Api::start().await;
    let brought = json!({"name": "brought", "certificate_data": EC, "key_data": EC_KEY});
    let brought = api.made(PATH, brought).await;
    let brought = format!("{PATH}{}/", member(&brought, "pk"));
    let (status, told) = api.post(&format!("{brought}rotate/"), json!({})).await;
    assert_eq!(status, 400);
    assert!(told["non_field_errors"].is_array(), "{told}");
    let fast = pair(&api, "fast").await;
    for (path, every) in [(&brought, "days=1"), (&fast, "soon"), (&fast, "minutes=1")] {
        let every = json!({"rotation": {"every": every}});
        let (status, told) = api.patch(path, every).await;
        assert_eq!(status, 400);
        assert!(told["rotation"].is_array(), "{told}");
    }
    rotate(&api, &fast, false).await;
    let other = json!({"certificate_data": EC, "key_data": EC_KEY});
    let (status, told) = api.patch(&fast, other).await;
    assert_eq!(status, 400);
    assert!(told["key_data"].is_array(), "{told}");
    let nobody = format!("{PATH}00000000-0000-4000-8000-000000000000/rotate/");
    assert_eq!(api.post(&nobody, json!({})).await.0, 404);
    let other = api
        .as_user()
        .post(&format!("{fast}rotate/"), json!({}))
        .await;
    assert_eq!(other.0, 403);
}

#[tokio::test]
async fn logout_4_an_id_token_outlives_its_key() {
    let api = Api::start().await;
    let pair = pair(&api, "fast").await;
    let tokens = api.bench.tokens("fast", "openid").await;
    let id_token = member(&tokens, "id_token").to_owned();
    let sub = meant(&api.bench, "fast", &id_token).await;
    assert!(sub.is_some());
    rotate(&api, &pair, false).await;
    api.bench.wait(SEEN);
    rotate(&api, &pair, false).await;
    assert_eq!(
        meant(&api.bench, "fast", &id_token).await,
        sub,
        "of the previous key"
    );
    api.bench.wait(Seconds::hours(2));
    run(&api.bench).await;
    api.bench.wait(REMEMBERED);
    assert_eq!(published(&api, "fast").await.len(), 1);
    assert_eq!(
        meant(&api.bench, "fast", &id_token).await,
        sub,
        "of one that is gone"
    );
    api.bench.wait(Seconds::days(31));
    run(&api.bench).await;
    api.bench.wait(REMEMBERED);
    assert_eq!(meant(&api.bench, "fast", &id_token).await, None);
}

#[tokio::test]
async fn all_keys_of_a_pair_go_with_it() {
    let api = Api::start().await;
    let made = json!({"common_name": "unused", "validity_days": 30, "alg": "ecdsa"});
    let (_, made) = api.post(&format!("{PATH}generate/"), made).await;
    let made = format!("{PATH}{}/", member(&made, "pk"));
    rotate(&api, &made, false).await;
    api.bench.forget_calls();
    assert_eq!(api.delete(&made).await.0, 204);
    let (_, kms) = api.bench.take_calls();
    // First, for whom it was made.
    let each = ["DescribeKey", "ScheduleKeyDeletion"];
    assert_eq!(kms, [each, each].concat());
}
