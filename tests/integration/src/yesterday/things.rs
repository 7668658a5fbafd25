//! What stands in the recorded items: fixed, so that what is read can be compared with it.
//!
//! A member that is new since the newest generation has the value here that an item without it means, or a value of its own in
//! `read.rs` for the generations before.

use std::collections::BTreeMap;

use protocol::{Digest, GrantId, Params, Seconds, Secret, UserId};
use provider::authenticator::{Authenticator, Remembered, Verifier};
use provider::client::Client;
use provider::device::{Approval, Device, DeviceState};
use provider::entropy::Entropy;
use provider::event::{Action, Actor, AtBrand, Event};
use provider::flow::proof::{Method, Proof, Strength};
use provider::grant::{Confirmation, Grant, Terms, TokenRecord};
use provider::group::{Group, GroupId};
use provider::media::Image;
use provider::ports::{
    Bucket, Document, Intent, Link, Notice, ObjectKind, Pushed, Spent, UserToken,
};
use provider::requests::Kept;
use provider::session::{Consent, FlowToken, Plan, Session, SessionId, SessionToken, Visit};
use provider::tenant::Sealed;
use provider::user::{Membership, Profile, User, UserKind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::contract::stage::{self, NOW, at, client_id, scopes, slug};

/// Chance that is always the same.
pub(super) struct Same(pub(super) u8);

impl Entropy for Same {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

pub(super) const HOST: &str = "id.example.com";

pub(super) const fn uuid(byte: u8) -> Uuid {
    Uuid::from_bytes([byte; 16])
}

pub(super) fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

pub(super) fn group(byte: u8, name: &str, parent: Option<u8>) -> Group {
    Group {
        id: GroupId(uuid(byte)),
        name: name.to_owned(),
        is_superuser: byte == 1,
        parent: parent.map(|byte| GroupId(uuid(byte))),
        attributes: map(json!({"room": {"": [1, null]}})),
        version: 1,
    }
}

/// Somebody with all that there may be to an account.
pub(super) fn ada() -> User {
    let mut ada = stage::user("ada");
    ada.subject.id = UserId(uuid(0xa));
    ada.subject.pk = 7;
    ada.subject.groups = vec![Membership {
        id: GroupId(uuid(2)),
        name: "staff".to_owned(),
    }];
    ada.subject.upn = Some("ada@corp.example".to_owned());
    ada.profile = Profile {
        kind: UserKind::External,
        path: "users/staff".to_owned(),
        attributes: map(json!({"upn": "ada@corp.example", "deep": {"": [1, null, "x"]}})),
        date_joined: at(-1_000),
        last_login: Some(at(-500)),
    };
    ada.withdrawn = BTreeMap::from([(client_id("former"), at(-100))]);
    ada
}

/// Somebody with as little as possible.
pub(super) fn bob() -> User {
    let mut bob = stage::user("bob");
    bob.subject.id = UserId(uuid(0xb));
    bob.subject.pk = 8;
    bob.password = None;
    bob.active = false;
    bob
}

/// In the group whose renaming is interrupted.
pub(super) fn eve() -> User {
    let mut eve = stage::user("eve");
    eve.subject.id = UserId(uuid(0xe));
    eve.subject.pk = 9;
    eve.subject.groups = vec![Membership {
        id: GroupId(uuid(3)),
        name: "crew".to_owned(),
    }];
    eve
}

pub(super) fn client() -> Client {
    let metadata = json!({"registration": {"metadata_documents": true}, "jwks": {"keys": [{"kty": "EC", "x": ""}]}});
    let mut client = stage::client("c", "app");
    client.metadata = serde_json::from_value(metadata).expect("metadata");
    client
}

pub(super) fn registered() -> provider::client::RegisteredClient {
    let mut registered = crate::contract::registered_client("tool");
    registered.template = slug("app");
    registered
}

pub(super) fn policy() -> Document {
    Document {
        kind: ObjectKind::Policy,
        id: uuid(4).to_string(),
        version: 1,
        names: vec!["name:p".to_owned()],
        body: json!({"name": "p", "expression": "return True", "": [null, 1.5, {"deep": "x"}]}),
    }
}

pub(super) fn session_token() -> SessionToken {
    SessionToken::generate(ada().subject.id, SessionId(uuid(5)), &Same(5))
}

pub(super) fn visit() -> Visit {
    Visit {
        at: NOW,
        iss: "https://id.example.com/application/o/app/".to_owned(),
        sub: "somebody".to_owned(),
        front: true,
        back: true,
    }
}

/// Before its client came.
pub(super) fn session() -> Session {
    let token = session_token();
    Session {
        id: token.id(),
        cookie: token.digest(),
        user: ada().subject.id,
        generation: 0,
        auth_time: at(-5),
        proofs: vec![Proof {
            method: Method::Password,
            at: at(-5),
        }],
        began: at(-5),
        user_agent: "a browser".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        left: BTreeMap::from([(client_id("left"), at(-1))]),
        visited: BTreeMap::new(),
        expires: at(100_000),
    }
}

/// A plan of the browser with this byte in its cookie.
pub(super) fn plan(byte: u8) -> Plan {
    let key = FlowToken::generate(&Same(byte)).plan_key("/next");
    Plan {
        key,
        ..stage::plan()
    }
}

pub(super) fn consent() -> Consent {
    Consent {
        user: ada().subject.id,
        ..stage::consent(&ada(), "c")
    }
}

pub(super) fn terms() -> Terms {
    Terms {
        resources: vec!["https://api.example/".to_owned()],
        details: vec![json!({"type": "payment", "amount": 1.5})],
        claims: map(json!({"userinfo": {"email": null}})),
        actor: Some(json!({"sub": "machine"})),
        through: vec![client_id("b")],
    }
}

pub(super) fn pending() -> Grant {
    Grant {
        id: GrantId(uuid(6)),
        session: session().id,
        code: digest("pending"),
        challenge: challenge(),
        terms: terms(),
        key: Some(Confirmation::Key("thumbprint".to_owned())),
        ..stage::grant(&ada())
    }
}

fn challenge() -> Option<protocol::pkce::Challenge> {
    let params = Params::from_pairs([
        ("code_challenge", digest("verifier").encode().as_str()),
        ("code_challenge_method", "S256"),
    ]);
    protocol::pkce::Challenge::parse(&params).expect("a challenge")
}

/// As it is once redeemed.
pub(super) fn live() -> Grant {
    let grant = Grant {
        id: GrantId(uuid(7)),
        session: session().id,
        code: digest("live"),
        ..stage::grant(&ada())
    };
    stage::redeemed(grant)
}

pub(super) fn token() -> TokenRecord {
    TokenRecord {
        id: digest("token"),
        terms: terms(),
        key: Some(Confirmation::Certificate("thumbprint".to_owned())),
        nonce: Some("n".to_owned()),
        ..stage::record(&live())
    }
}

pub(super) fn device(state: DeviceState, byte: u8) -> Device {
    let code = provider::device::DeviceCode::generate(&Same(byte));
    let mut device = Device::begin(&client(), scopes("openid"), &code, NOW);
    device.state = state;
    device
}

pub(super) fn approved() -> DeviceState {
    DeviceState::Approved {
        grant: GrantId(uuid(8)),
        approval: Box::new(Approval {
            subject: ada().subject,
            scopes: scopes("openid"),
            session: session().id,
            given: NOW,
            auth_time: at(-5),
            amr: vec!["pwd".to_owned(), "mfa".to_owned()],
            strength: Strength::Multi,
        }),
    }
}

pub(super) fn asked() -> Device {
    let id = provider::asking::AuthReqId::generate(&Same(9));
    let question = provider::asking::Question {
        scopes: scopes("openid"),
        expiry: None,
        asked: provider::asking::Asked {
            user: ada().subject.id,
            message: Some("W4SCT".to_owned()),
            at: NOW,
            address: Some("192.0.2.1".to_owned()),
            notify: Some(Sealed(vec![1, 2, 3])),
        },
    };
    question.begin(&client(), &id, NOW)
}

pub(super) fn bucket() -> Bucket {
    Bucket {
        id: digest("bucket"),
        burst: 1,
        interval: Seconds(60),
    }
}

fn authenticator(byte: u8, secret: Verifier) -> Authenticator {
    Authenticator {
        id: uuid(byte),
        user: ada().subject.id,
        name: "My telephone".to_owned(),
        created: at(byte.into()),
        last_used: (byte == 0x30).then_some(NOW),
        version: 1,
        secret,
    }
}

pub(super) fn authenticators() -> [Authenticator; 3] {
    let totp = Verifier::Totp {
        seed: Sealed(vec![0, 1, 255]),
        digits: 6,
        last_step: Some(3),
    };
    let codes = Verifier::Static {
        codes: vec![digest("one"), digest("two")],
    };
    let passkey = Verifier::Webauthn {
        credential: "Y3JlZGVudGlhbA".to_owned(),
        passkey: json!({"counter": 1, "": {"deep": [null, 1.5]}}),
        aaguid: Some(uuid(0x33)),
        discoverable: true,
    };
    [
        authenticator(0x30, totp),
        authenticator(0x31, codes),
        authenticator(0x32, passkey),
    ]
}

pub(super) fn remembered() -> Remembered {
    Remembered {
        cookie: digest("remembered"),
        user: ada().subject.id,
        generation: 0,
        authenticator: uuid(0x30),
        method: Method::WebauthnVerified,
        at: NOW,
        expires: at(1_000),
    }
}

pub(super) fn user_token() -> UserToken {
    let key = Secret::new("key");
    UserToken {
        description: "of the build".to_owned(),
        expires: Some(at(1_000)),
        uuid: Some(uuid(0x40)),
        managed: Some("goauthentik.io/x".to_owned()),
        sealed: Some(Sealed(vec![4])),
        ..UserToken::new("ci", Intent::Api, ada().subject.id, &key)
    }
}

pub(super) fn spent() -> Spent {
    Spent {
        id: digest("spent"),
        until: at(60),
    }
}

/// What its parameters are sealed under.
pub(super) const PUSHED: &str = "name";

pub(super) fn pushed_params() -> Params {
    Params::from_pairs([("client_id", "c"), ("scope", "openid")])
}

pub(super) fn pushed() -> Pushed {
    Pushed {
        id: digest("pushed"),
        client_id: client_id("c"),
        provider: 3,
        params: Kept::sealed(&Secret::new(PUSHED), &pushed_params()).expect("seals"),
        signed: true,
        key: Some(Confirmation::Key("x".to_owned())),
        expires: at(60),
        ends: at(1_860),
    }
}

pub(super) fn notice() -> Notice {
    Notice {
        tenant: stage::tenant("a").id,
        user: ada().subject.id,
        session: session().id,
        client: client_id("c"),
        visit: visit(),
    }
}

pub(super) fn link() -> Link {
    let mut link = crate::contract::link();
    link.id = digest("link");
    link.context.pending = Some(ada().subject.id);
    link
}

pub(super) fn invitation() -> provider::invitation::Invitation {
    provider::invitation::Invitation {
        id: uuid(0x50),
        name: "welcome".to_owned(),
        flow: Some(provider::invitation::InvitedTo::Flow(uuid(0x51))),
        expires: Some(at(1_000)),
        single_use: true,
        fixed_data: map(json!({"email": "new@example.com", "attributes": {"": [1]}})),
        created_by: Some(ada().subject.id),
    }
}

pub(crate) fn picture() -> Image {
    let bytes = b"GIF89a\x10\0\x10\0\0\0\0".to_vec();
    Image::accept(bytes::Bytes::from(bytes)).expect("a picture")
}

/// With all that there may be to an event.
pub(crate) fn event() -> Event {
    Event {
        id: provider::event::id_at(NOW, &Same(0x60)),
        action: Action::Custom("something_of_ours".to_owned()),
        at: NOW,
        app: "flow".to_owned(),
        user: Some(Actor::from(&ada().subject)),
        client_id: Some(client_id("c")),
        client_ip: Some("192.0.2.1".to_owned()),
        brand: Some(AtBrand {
            id: uuid(0x61),
            name: "Default brand".to_owned(),
        }),
        context: map(json!({"message": "it \"happened\"", "deep": {"": [null, 1.5]}})),
    }
}

/// With nothing that need not be.
pub(crate) fn bare_event() -> Event {
    Event {
        id: provider::event::id_at(NOW, &Same(0x62)),
        action: Action::Login,
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: Map::new(),
        ..event()
    }
}

/// One of each name, of a tenant with every limit.
pub(super) fn allowances() -> Vec<provider::tenant::Allowance> {
    let limits: provider::tenant::Limits = serde_json::from_value(json!({
        "token_rate": 5, "tokens_per_month": 9, "sign_in_rate": 5,
    }))
    .expect("limits");
    let functions = ["token", "flow"];
    functions
        .iter()
        .flat_map(|function| limits.of(function, NOW))
        .collect()
}

pub(super) fn restoring() -> (protocol::TenantId, [String; 1]) {
    let b = protocol::TenantId::parse("b").expect("a name");
    (b, ["b.example.com".to_owned()])
}
