//! The plans of FAPI 2.0 and FAPI-CIBA.

use http::Method;
use http::header::AUTHORIZATION;
use provider::http::ClientCertificate;
use serde_json::Value;

use super::{ISSUER, by_key, certificate, clients, discovered, from, made_by, plan, signed};
use crate::harness::browser::Browser;
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::prover::{Prover, USERINFO};
use crate::harness::{Bench, claims, json, member, request, summary};
use crate::par::{PAR, name, path};

const SECURITY: &str = include_str!("../../../conformance/fapi2-security.yaml");
const SIGNING: &str = include_str!("../../../conformance/fapi2-message-signing.yaml");
const CIBA: &str = include_str!("../../../conformance/ciba.yaml");
const CIBA_PLAN: &str = include_str!("../../../conformance/ciba.json");

/// Who authenticates how, what tokens are bound to, and the plan's configuration.
const PLANS: [(&str, &str, &str); 4] = [
    (
        "private_key_jwt",
        "dpop",
        include_str!("../../../conformance/fapi2-private_key_jwt-dpop.json"),
    ),
    (
        "private_key_jwt",
        "mtls",
        include_str!("../../../conformance/fapi2-private_key_jwt-mtls.json"),
    ),
    (
        "mtls",
        "dpop",
        include_str!("../../../conformance/fapi2-mtls-dpop.json"),
    ),
    (
        "mtls",
        "mtls",
        include_str!("../../../conformance/fapi2-mtls-mtls.json"),
    ),
];

const CALLBACKS: [&str; 2] = [
    "https://localhost.emobix.co.uk:8443/test/a/latchkey-fapi2/callback",
    "https://localhost.emobix.co.uk:8443/test/a/latchkey-fapi2/callback?dummy1=lorem&dummy2=ipsum",
];
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// One client of a plan, and how it proves itself.
struct Party<'a> {
    bench: &'a Bench,
    client: &'a Value,
    by_key: bool,
    certificate: Option<Vec<u8>>,
}

impl<'a> Party<'a> {
    fn form(&self) -> Exchange<'a> {
        let form = if self.by_key {
            by_key(self.bench, self.client)
        } else {
            let form = Exchange::of(self.bench, "").without_authorization();
            form.with("client_id", member(self.client, "client_id"))
        };
        match &self.certificate {
            Some(der) => form.certificate(der),
            None => form,
        }
    }

    /// Pushes a request, signed or not, and comes back with a code.
    async fn code(&self, callback: &str, is_signed: bool) -> String {
        let pairs = [
            ("response_type", "code"),
            ("redirect_uri", callback),
            ("scope", member(self.client, "scope")),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("nonce", "n-0S6"),
        ];
        let form = if is_signed {
            let mut claims = from(self.bench, self.client);
            claims.as_object_mut().expect("an object").remove("sub");
            claims["client_id"] = self.client["client_id"].clone();
            for (name, value) in pairs {
                claims[name] = value.into();
            }
            claims["response_mode"] = "jwt".into();
            let object = signed(self.client, "oauth-authz-req+jwt", &claims);
            self.form().with("request", &object)
        } else {
            let with = |form: Exchange<'a>, (name, value)| form.with(name, value);
            pairs.into_iter().fold(self.form(), with)
        };
        let pushed = name(&form.send_to(PAR).await);
        let mut browser = Browser::new(self.bench);
        let to = path(member(self.client, "client_id"), &pushed);
        let page = browser.get(&to).await;
        let back = browser.go_on(page).await;
        assert!(browser.take_pages().contains(&"consent".to_owned()));
        assert!(back.url.starts_with(callback), "{}", back.url);
        let said = |name: &str| match back.param("response") {
            Some(jwt) if is_signed => claims(&jwt)[name].as_str().map(str::to_owned),
            _ => back.param(name),
        };
        assert_eq!(said("iss").as_deref(), Some(ISSUER));
        said("code").expect("a code")
    }
}

/// The claims by a token that is bound as the plan says.
async fn told(party: &Party<'_>, prover: Option<&Prover>, token: &str) -> Value {
    let answer = if let Some(prover) = prover {
        prover.userinfo(party.bench, token).await
    } else {
        let mut shown = request(Method::GET, USERINFO, "");
        let bearer = format!("Bearer {token}").parse().expect("a header");
        shown.headers_mut().insert(AUTHORIZATION, bearer);
        let der = party.certificate.clone().expect("a certificate").into();
        let vouched = true;
        let certificate = ClientCertificate { der, vouched };
        shown.extensions_mut().insert(certificate);
        party.bench.send(shown).await
    };
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    json(&answer)
}

async fn runs(fixture: &str, is_signed: bool) {
    let bench = made_by(fixture).await;
    for (auth, bound, text) in PLANS {
        let plan = plan(text);
        discovered(&bench, &plan, "ES256").await;
        for ((client, place), callback) in clients(&plan)
            .into_iter()
            .zip(["mtls", "mtls2"])
            .zip(CALLBACKS)
        {
            let certificate = plan.get(place).map(certificate);
            assert_eq!(certificate.is_some(), auth == "mtls" || bound == "mtls");
            let party = Party {
                bench: &bench,
                client,
                by_key: auth == "private_key_jwt",
                certificate,
            };
            let code = party.code(callback, is_signed).await;
            let exchange = party
                .form()
                .with("grant_type", "authorization_code")
                .with("code", &code)
                .with("redirect_uri", callback)
                .with("code_verifier", VERIFIER);
            let prover = (bound == "dpop").then(Prover::new);
            let exchange = match &prover {
                Some(prover) => prover.prove(&bench, exchange),
                None => exchange,
            };
            let tokens = exchange.tokens().await;
            assert!(
                tokens["refresh_token"].is_string(),
                "{auth} {bound} {tokens}"
            );
            let token = member(&tokens, "access_token");
            let told = told(&party, prover.as_ref(), token).await;
            assert_eq!(told["email"], "ada@example.com");
        }
    }
}

#[tokio::test]
async fn the_fixture_of_the_security_profile_serves_the_clients_of_its_plans() {
    Box::pin(runs(SECURITY, false)).await;
}

#[tokio::test]
async fn the_fixture_of_message_signing_serves_the_same_clients_by_signed_requests() {
    Box::pin(runs(SIGNING, true)).await;
}

#[tokio::test]
async fn the_fixture_of_ciba_has_its_clients_ask() {
    let (bench, plan) = (made_by(CIBA).await, plan(CIBA_PLAN));
    let metadata = discovered(&bench, &plan, "ES256").await;
    let endpoint = super::path_of(&metadata, "backchannel_authentication_endpoint");
    for client in clients(&plan) {
        let mut claims = from(&bench, client);
        claims.as_object_mut().expect("an object").remove("sub");
        claims["scope"] = client["scope"].clone();
        claims[member(client, "hint_type")] = client["hint_value"].clone();
        let object = signed(client, "JWT", &claims);
        let asked = by_key(&bench, client).with("request", &object);
        let der = certificate(&plan["mtls"]);
        let answer = asked.certificate(&der).send_to(endpoint).await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
        let id = member(&json(&answer), "auth_req_id").to_owned();
        let poll = by_key(&bench, client)
            .with("grant_type", "urn:openid:params:grant-type:ciba")
            .with("auth_req_id", &id);
        let pending = poll.certificate(&der).send_to(TOKEN).await;
        assert_eq!(json(&pending)["error"], "authorization_pending");
    }
}
