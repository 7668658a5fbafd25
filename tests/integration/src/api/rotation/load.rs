//! Keys rotate under load with no verification that fails.
//!
//! Three instances of the token endpoint issue without a pause, each with clients in its memory for half a minute. Two of the
//! key set answer verifiers, who keep what they got for as long as its `Cache-Control` says, and ask for nothing in between.
//! Meanwhile two schedulers rotate hourly, and somebody asks for another key before its time. Every verifier verifies every
//! token as it is issued and in its last second.

use futures_util::future::join_all;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use local::backend::{Backend, TABLE};
use local::gateway::Gateway;
use protocol::Timestamp;

use super::*;
use crate::harness::{HOST_NAME, basic, form_post, header, request};

/// How far the clock goes between two rounds: less than a memory, and no divisor of the hour's parts.
const ROUND: Seconds = Seconds(29);

/// A function instance.
struct Instance {
    backend: Backend,
    gateway: Gateway,
}

impl Instance {
    async fn of(bench: &Bench) -> Self {
        let (dynamodb, kms) = (&bench.backend.dynamodb_url, &bench.backend.kms_url);
        let mut backend = Backend::connect(dynamodb, kms, TABLE)
            .await
            .expect("connects");
        backend.engine = engine();
        let gateway = Gateway::new(&backend);
        Self { backend, gateway }
    }

    async fn token(&self, now: Timestamp, slug: &str) -> String {
        let form = [("grant_type", "client_credentials")];
        let mut asked = form_post("/application/o/token/", &form);
        let headers = asked.headers_mut();
        headers.insert("host", HOST_NAME.parse().expect("a host"));
        let secret = basic(slug, &format!("{slug}-secret"));
        headers.insert("authorization", secret.parse().expect("a header"));
        let answer = self.gateway.call(asked, now).await;
        assert_eq!(answer.status(), 200);
        member(&body(&answer), "access_token").to_owned()
    }

    async fn job(&self, now: Timestamp) {
        let scripts = self.backend.scripts(engine());
        assert_eq!(self.backend.rotate_keys(&scripts).run(now).await, Ok(()));
    }
}

/// Whoever verifies, with the keys that it keeps.
struct Verifier<'a> {
    /// When it begins: they do not all fetch in the same second.
    late: Seconds,
    keys: &'a Instance,
    kept: Option<(JwkSet, Timestamp)>,
    verified: usize,
}

impl Verifier<'_> {
    async fn verify(&mut self, now: Timestamp, slug: &str, tokens: &[(String, Timestamp)]) {
        if self.kept.as_ref().is_none_or(|(_, until)| *until <= now) {
            self.kept = Some(self.fetched(now, slug).await);
        }
        let (keys, _) = self.kept.as_ref().expect("it has just been fetched");
        for (token, exp) in tokens.iter().filter(|(_, exp)| now < *exp) {
            let kid = jsonwebtoken::decode_header(token).expect("a header").kid;
            let kid = kid.expect("a kid");
            let key = keys.find(&kid).unwrap_or_else(|| {
                panic!(
                    "at {now}, {} s before it expires: {kid} is unknown",
                    exp.since(now).0
                )
            });
            let mut rules = Validation::new(Algorithm::ES256);
            (rules.validate_exp, rules.validate_aud) = (false, false); // the clock is the test's
            let key = DecodingKey::from_jwk(key).expect("a key");
            jsonwebtoken::decode::<Value>(token, &key, &rules).expect("it verifies");
            self.verified += 1;
        }
    }

    async fn fetched(&self, now: Timestamp, slug: &str) -> (JwkSet, Timestamp) {
        let mut asked = request(
            http::Method::GET,
            &format!("/application/o/{slug}/jwks/"),
            "",
        );
        asked
            .headers_mut()
            .insert("host", HOST_NAME.parse().expect("a host"));
        let answer = self.keys.gateway.call(asked, now).await;
        let life = header(&answer, "cache-control").strip_prefix("public, max-age=");
        let life: i64 = life.and_then(|life| life.parse().ok()).expect("its life");
        let keys = serde_json::from_slice(answer.body()).expect("a JWK set");
        (keys, now + Seconds(life))
    }
}

#[tokio::test]
async fn keys_rotate_under_load_and_every_token_verifies_until_it_expires() {
    let slug = "fast";
    let api = Api::start().await;
    let application = api.shown(&format!("/core/applications/{slug}/")).await;
    let short = json!({"access_token_validity": "minutes=10"});
    let provider = format!("/providers/oauth2/{}/", application["provider"]);
    assert_eq!(api.patch(&provider, short).await.0, 200);
    let every = json!({"rotation": {"every": "hours=1"}});
    let pair = pair(&api, slug).await;
    assert_eq!(api.patch(&pair, every).await.0, 200);
    api.bench.wait(REMEMBERED);
    let instances = join_all((0..5).map(|_| Instance::of(&api.bench))).await;
    let (issuing, publishing) = instances.split_at(3);
    let mut verifiers: Vec<Verifier<'_>> = [0, 70, 140, 210]
        .into_iter()
        .map(|late| Verifier {
            late: Seconds(late),
            keys: &publishing[usize::from(late % 140 == 0)],
            kept: None,
            verified: 0,
        })
        .collect();
    let (began, mut runs, mut kids) = (api.bench.now(), 0, Vec::new());
    let mut live: Vec<(String, Timestamp)> = Vec::new();
    while api.bench.now().since(began) < Seconds::minutes(175) {
        let now = api.bench.now();
        let due = now.since(began) >= Seconds::minutes(20 * runs);
        runs += i64::from(due);
        // Then somebody asks for the next key again and again, and has it at the first moment at which it may sign.
        if (125..150).contains(&(now.since(began).0 / 60)) {
            let asked = api.post(&format!("{pair}rotate/"), json!({})).await;
            assert_eq!(asked.0, 200);
        }
        // Tokens are issued while two schedulers do their work.
        let rotating = issuing.iter().take(if due { 2 } else { 0 });
        let rotating = join_all(rotating.map(|it| it.job(now)));
        let issued = join_all(issuing.iter().map(|it| it.token(now, slug)));
        let (issued, _) = futures_util::join!(issued, rotating);
        let expires = now + Seconds::minutes(10);
        let mut due: Vec<_> = issued.into_iter().map(|token| (token, expires)).collect();
        live.extend(due.clone());
        let (last, further) = live.into_iter().partition(|(_, exp)| *exp <= now + ROUND);
        live = further;
        due.extend::<Vec<_>>(last);
        let all = verifiers.iter_mut();
        for verifier in all.filter(|it| it.late <= now.since(began)) {
            verifier.verify(now, slug, &due).await;
        }
        let kid = jsonwebtoken::decode_header(&due[0].0)
            .expect("a header")
            .kid;
        kids.push(kid.expect("a kid"));
        api.bench.wait(ROUND);
    }
    kids.dedup();
    assert!(kids.len() >= 4, "it rotated: {kids:?}");
    let verified: usize = verifiers.iter().map(|it| it.verified).sum();
    assert!(verified > 7_000, "{verified}");
}
