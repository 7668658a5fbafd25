mod check;
mod compile;
mod flows;
mod parts;
mod rotation;
mod save;
mod shipped;
mod stages;
mod store;

use protocol::{ClientId, Slug, Timestamp};
use uuid::Uuid;

use super::*;
use crate::client::{MatchingMode, RedirectRule};
use crate::flow::stage::{ConsentKind, ConsentSettings, Settings};
use crate::flow::{self, Designation};
use crate::key::{Held, SigningKey};
use crate::mapping::{ScopeMapping, Shipped};
use crate::policy::ExpressionPolicy;
use crate::tenant::Sealed;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// A confidential client, signing with the key 1, with these mappings.
fn provider(pk: u64, mappings: &[u128]) -> Provider {
    let client_id = ClientId::parse(&format!("client-{pk}")).unwrap();
    let flow = slug(flow::EXPLICIT_CONSENT);
    Provider {
        client_secret: Some(SharedSecret {
            digest: protocol::Digest::of(b"secret"),
            client_id: client_id.clone(),
            sealed: Sealed(vec![1]),
        }),
        signing_key: Some(id(1)),
        property_mappings: mappings.iter().map(|number| id(*number)).collect(),
        redirect_uris: vec![RedirectRule {
            matching_mode: MatchingMode::Strict,
            url: "https://rp.example/cb".into(),
        }],
        ..Provider::new(pk, format!("provider {pk}"), client_id, flow)
    }
}

/// The application of a provider: `app-<pk>`, with the id 1000 + pk.
fn application(pk: u64) -> Application {
    let mut application = Application::new(
        id(1_000 + u128::from(pk)),
        slug(&format!("app-{pk}")),
        "An app",
    );
    application.provider = Some(pk);
    application
}

fn key(number: u128) -> KeyPair {
    let public = protocol::jose::PublicKey::p256(&[1; 32], &[2; 32]);
    KeyPair {
        id: id(number),
        name: format!("key {number}"),
        material: KeyMaterial::Signing(SigningKey {
            kid: public.thumbprint(),
            algorithm: public.algorithm(),
            public,
            held: Held::Direct {
                key_id: "arn".into(),
            },
        }),
        certificate: None,
        rotation: None,
    }
}

fn mapping(number: u128, scope: &str, name: &str, expression: &str) -> ScopeMapping {
    ScopeMapping {
        id: id(number),
        name: name.into(),
        scope: protocol::Scope::parse(scope).unwrap(),
        description: String::new(),
        expression: expression.into(),
        managed: None,
    }
}

fn policy(number: u128, name: &str) -> ExpressionPolicy {
    ExpressionPolicy {
        id: id(number),
        name: name.into(),
        expression: "return True".into(),
        execution_logging: false,
    }
}

/// Binds a policy to an application of [`application`].
fn binding(number: u128, pk: u64, bound: Bound) -> PolicyBinding {
    PolicyBinding {
        id: id(number),
        target: id(1_000 + u128::from(pk)),
        bound,
        order: i32::try_from(number).unwrap(),
        enabled: true,
        negate: false,
        timeout: 30,
        failure_result: false,
    }
}

fn source(number: u128, name: &str) -> Source {
    Source {
        id: id(number),
        name: name.into(),
        slug: slug(name),
        enabled: true,
        issuer: Some("https://ci.example".into()),
        oidc_jwks: Some(serde_json::json!({"keys": [{"kty": "RSA"}]})),
        oidc_jwks_url: None,
        audiences: Vec::new(),
        reusable: true,
        user_path_template: "sources/%(slug)s".into(),
        rules: crate::federation::Rules::default(),
        as_given: serde_json::Map::new(),
    }
}

/// These objects, each at version 1.
fn config(objects: impl IntoIterator<Item = Object>) -> Config {
    let mut config = Config::default();
    for object in objects {
        config.add(object.document(1).unwrap()).unwrap();
    }
    config
}

fn flow_of(number: u128, name: &str, designation: Designation) -> FlowObject {
    FlowObject::new(id(number), slug(name), name, designation)
}

fn stage(number: u128, name: &str, settings: Settings) -> StageObject {
    StageObject {
        id: id(number),
        name: name.into(),
        settings,
    }
}

/// A stage in a flow, at the place of its number.
fn place(number: u128, flow: u128, stage: u128) -> FlowStageBinding {
    let order = i32::try_from(number).unwrap();
    FlowStageBinding::new(id(number), id(flow), id(stage), order)
}

fn consent(mode: ConsentKind) -> Settings {
    Settings::Consent(ConsentSettings {
        mode,
        ..ConsentSettings::default()
    })
}

/// Flows as they are shipped: with consent (61: stage 71 at 81), without (62), to sign in (63) and out (64).
fn flows() -> Vec<Object> {
    vec![
        flow_of(61, flow::EXPLICIT_CONSENT, Designation::Authorization).into(),
        stage(71, "consent", consent(ConsentKind::Expiring)).into(),
        place(81, 61, 71).into(),
        flow_of(62, flow::IMPLICIT_CONSENT, Designation::Authorization).into(),
        flow_of(63, flow::AUTHENTICATION, Designation::Authentication).into(),
        flow_of(64, flow::INVALIDATION, Designation::Invalidation).into(),
    ]
}

/// One client with the shipped mappings of `openid` (11) and `email` (12), and [`flows`].
fn usual() -> Vec<Object> {
    let mut all = flows();
    all.extend([
        key(1).into(),
        Mapping::shipped(Shipped::Openid, id(11)).unwrap().into(),
        Mapping::shipped(Shipped::Email, id(12)).unwrap().into(),
        provider(7, &[11, 12]).into(),
        application(7).into(),
    ]);
    all
}
