//! A store with nothing in it, and valid things to put there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws::Stores;
use local::backend::Backend;
use protocol::{ClientId, Digest, GrantId, Scopes, Seconds, Slug, TenantId, Timestamp, UserId};
use provider::brand::Brand;
use provider::client::{
    Client, ClientKind, ConsentMode, Federation, IssuerMode, MatchingMode, RedirectRule, SubMode,
};
use provider::entropy::{Entropy, System};
use provider::event::{Action, Event};
use provider::flow::plan::Planned;
use provider::flow::proof::{Method, Proof, Strength};
use provider::grant::{Grant, Refresh, State, TokenRecord};
use provider::key::{Held, Signing, SigningKey};
use provider::mapping::ScopeMapping;
use provider::policy::PolicySet;
use provider::ports::{Opening, SignIn};
use provider::session::{Consent, FlowToken, Plan, Session, SessionId, SessionToken};
use provider::tenant::{Sealed, Tenant};
use provider::user::{Profile, Subject, User};
use uuid::Uuid;

use crate::harness::configure;
use crate::harness::proxy::Proxy;

/// What time it is: in 2033, so that no TTL is swept away while a test runs.
pub(crate) const NOW: Timestamp = Timestamp::from_unix(2_000_000_000);

/// A moment before or after [`NOW`].
pub(crate) fn at(seconds: i64) -> Timestamp {
    NOW + Seconds(seconds)
}

/// An empty table and the ports on it.
pub(crate) struct Stage {
    pub(crate) stores: Stores,
    /// Past the ports, to look at items themselves.
    pub(crate) aws: aws::Clients,
    pub(crate) table: String,
    pub(crate) tenant: TenantId,
    /// Before the store, to make calls fail.
    pub(crate) proxy: Arc<Proxy>,
    _backend: Option<Backend>,
}

impl Stage {
    pub(crate) async fn embedded() -> Self {
        let backend = Backend::memory().await.expect("emulators start");
        let url = backend.dynamodb_url.clone();
        Self::over(&url, Some(backend)).await
    }

    pub(crate) async fn dynamodb_local() -> Self {
        let start = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint);
        let url = start
            .await
            .expect("no panic")
            .expect("DynamoDB Local starts");
        Self::over(&url, None).await
    }

    async fn over(url: &str, backend: Option<Backend>) -> Self {
        let name = format!("contract-{}", Uuid::new_v4().simple());
        let proxy = Proxy::start(url).await;
        let no_kms = "http://127.0.0.1:9";
        let aws = aws::Clients::local(url, no_kms).expect("loopback");
        let proxied = aws::Clients::local(&proxy.url, no_kms).expect("loopback");
        aws::create_table(&aws.dynamodb(), &name)
            .await
            .expect("makes a table");
        aws::create_table(&aws.dynamodb(), &name)
            .await
            .expect("finds it made");
        Self {
            stores: Stores::new(proxied.dynamodb(), &name),
            aws,
            table: name,
            tenant: TenantId::parse("a").expect("a name"),
            proxy,
            _backend: backend,
        }
    }

    /// Writes a compiled client.
    pub(crate) async fn configure(&self, client: &Client) {
        configure::write(&self.stores, &self.tenant, client).await;
    }

    /// Writes a user, as new.
    pub(crate) async fn user(&self, name: &str) -> User {
        let user = user(name);
        assert!(self.put(&user, None).await, "{name} is free");
        user
    }

    /// A plan as stored at its beginning.
    pub(crate) async fn begun(&self) -> Plan {
        let plan = plan();
        let saved = self
            .stores
            .browsers()
            .save_plan(&self.tenant, &plan, NOW)
            .await;
        assert_eq!(saved, Ok(provider::ports::Saved::Yes));
        Plan { version: 1, ..plan }
    }

    /// Writes a session, as a sign-in does.
    pub(crate) async fn enter(&self, session: &Session) {
        let (from, onward) = (self.begun().await, onward());
        let browsers = self.stores.browsers();
        let event = event();
        let entry = entering(session, &from, &onward, None, &event);
        let saved = browsers.sign_in(&self.tenant, &entry, NOW).await;
        assert_eq!(saved, Ok(provider::ports::Saved::Yes));
    }

    /// Writes a user over `previous`.
    pub(crate) async fn put(&self, user: &User, previous: Option<&User>) -> bool {
        self.stores
            .registry()
            .put_user(&self.tenant, user, previous)
            .await
            .expect("writes")
    }

    /// Writes a user and a grant of theirs whose code is good until [`NOW`] + 60.
    pub(crate) async fn granted(&self) -> Grant {
        let user = self.user("ada").await;
        let grant = grant(&user);
        self.stores
            .grants()
            .open(&self.tenant, &opening(&grant, &event()))
            .await
            .expect("opens");
        grant
    }

    /// And redeems it: a refresh token at generation 0, good until [`NOW`] + 1000.
    pub(crate) async fn live(&self) -> Grant {
        let grant = redeemed(self.granted().await);
        let record = record(&grant);
        let redeemed = self
            .stores
            .grants()
            .redeem(&self.tenant, &grant, &record, NOW)
            .await;
        assert_eq!(redeemed, Ok(provider::ports::Redemption::First));
        grant
    }

    /// The grant as it stands.
    pub(crate) async fn found(&self, id: GrantId) -> Grant {
        let found = self
            .stores
            .grants()
            .find(&self.tenant, id)
            .await
            .expect("reads");
        found.expect("is there")
    }

    /// Whether this token is on record.
    pub(crate) async fn recorded(&self, record: &TokenRecord) -> bool {
        self.stores
            .tokens()
            .find(&self.tenant, &record.id)
            .await
            .expect("reads")
            .is_some()
    }
}

pub(crate) fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    System::default().fill(&mut bytes);
    bytes
}

pub(crate) fn digest() -> Digest {
    Digest::of(&random())
}

pub(crate) fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

pub(crate) fn client_id(id: &str) -> ClientId {
    ClientId::parse(id).expect("an id")
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

pub(crate) fn tenant(id: &str) -> Tenant {
    Tenant {
        id: TenantId::parse(id).expect("a name"),
        base_url: format!("https://{id}.example.com"),
        brand: Brand::named(id).expect("slugs"),
        subject_salt: "salt".to_owned(),
        refresh_key: Sealed(vec![0, 1, 255]),
        limits: provider::tenant::Limits::default(),
        suspended: None,
    }
}

pub(crate) fn client(id: &str, at_slug: &str) -> Client {
    let public = protocol::jose::PublicKey::p256(&[1; 32], &[2; 32]);
    Client {
        client_id: client_id(id),
        kind: ClientKind::Confidential {
            secret: Digest::of(b"secret"),
        },
        provider_pk: 3,
        provider_name: "A provider".to_owned(),
        application_id: Uuid::from_bytes([3; 16]),
        slug: slug(at_slug),
        name: "An application".to_owned(),
        launch_url: None,
        redirect_uris: vec![RedirectRule {
            matching_mode: MatchingMode::Strict,
            url: "https://rp.example/cb".to_owned(),
        }],
        post_logout_redirect_uris: Vec::new(),
        scopes: scopes("openid email"),
        mappings: vec![mapping("openid"), mapping("email")],
        policies: PolicySet::default(),
        authorization_flow: slug(provider::flow::EXPLICIT_CONSENT),
        consent: ConsentMode::Expiring(Seconds(100)),
        authorization_runs: false,
        authentication_flow: None,
        invalidation_flow: None,
        code_lifetime: Seconds(60),
        access_lifetime: Seconds(300),
        refresh_lifetime: Seconds(1_000),
        refresh_grace: Seconds(30),
        include_claims_in_id_token: true,
        sub_mode: SubMode::HashedUserId,
        issuer_mode: IssuerMode::PerProvider,
        signing: Signing::Key(SigningKey {
            kid: public.thumbprint(),
            algorithm: public.algorithm(),
            public,
            held: Held::Envelope {
                name: "name".to_owned(),
                sealed: Sealed(vec![7]),
            },
        }),
        further_keys: provider::key::FurtherKeys::default(),
        encryption_key: None,
        signing_certificate: None,
        origin: provider::client::Origin::Configured,
        statement_sources: Vec::new(),
        leads_where_named: false,
        encryption_certificate: None,
        federation: Federation::default(),
        shared_secret: None,
        metadata: Box::default(),
        claims_supported: vec!["sub".to_owned()],
    }
}

/// A mapping of this scope.
pub(crate) fn mapping(scope: &str) -> ScopeMapping {
    ScopeMapping {
        id: Uuid::from_bytes([4; 16]),
        name: format!("mapping of {scope}"),
        scope: scopes(scope).iter().next().expect("a scope").clone(),
        description: "Shows this".to_owned(),
        expression: "return {}".to_owned(),
        managed: None,
    }
}

/// Something that happened [`NOW`].
pub(crate) fn event() -> Event {
    Event {
        id: Uuid::from_bytes(random()),
        action: Action::Login,
        at: NOW,
        app: "test".to_owned(),
        user: None,
        client_id: None,
        client_ip: Some("192.0.2.1".to_owned()),
        brand: None,
        context: serde_json::Map::new(),
    }
}

/// A grant with a code and nothing else, as it is to be opened.
pub(crate) const fn opening<'a>(grant: &'a Grant, event: &'a Event) -> Opening<'a> {
    Opening {
        grant,
        record: None,
        plan: None,
        visit: None,
        pushed: None,
        event,
    }
}

/// A user, active and in no group, with an id and a number that nobody else has.
pub(crate) fn user(name: &str) -> User {
    static NUMBERS: AtomicU64 = AtomicU64::new(1_000);
    User {
        subject: Subject {
            id: UserId::from_random(random()),
            pk: NUMBERS.fetch_add(1, Ordering::Relaxed),
            version: 1,
            generation: 0,
            username: name.to_owned(),
            name: "A Person".to_owned(),
            email: format!("{name}@example.com"),
            email_verified: true,
            groups: Vec::new(),
            upn: None,
        },
        active: true,
        password: Some("$argon2id$…".to_owned()),
        profile: Profile::default(),
        withdrawn: BTreeMap::new(),
    }
}

/// The user, changed once more.
pub(crate) fn changed(user: &User) -> User {
    let mut changed = user.clone();
    changed.subject.version += 1;
    changed
}

pub(crate) fn grant(user: &User) -> Grant {
    Grant {
        id: GrantId::from_random(random()),
        client_id: client_id("c"),
        provider: 1,
        redirect_uri: Some("https://rp.example/cb".to_owned()),
        scopes: scopes("openid offline_access"),
        subject: user.subject.clone(),
        session: session_id(),
        issued: NOW,
        auth_time: at(-5),
        amr: vec!["pwd".to_owned()],
        strength: Strength::Multi,
        nonce: Some("n".to_owned()),
        challenge: None,
        terms: provider::grant::Terms::default(),
        key: None,
        code: digest(),
        code_expires: at(60),
        state: State::Pending,
    }
}

pub(crate) const REFRESH: Refresh = Refresh {
    generation: 0,
    rotated_at: NOW,
    refresh_expires: Timestamp::from_unix(2_000_001_000),
};

/// The grant as it is to be once redeemed.
pub(crate) fn redeemed(mut grant: Grant) -> Grant {
    grant.state = State::Live {
        refresh: Some(REFRESH),
    };
    grant
}

/// A token from this grant, good until [`NOW`] + 300.
pub(crate) fn record(grant: &Grant) -> TokenRecord {
    TokenRecord {
        id: digest(),
        grant: Some(grant.id),
        client_id: grant.client_id.clone(),
        provider: grant.provider,
        user: grant.subject.id,
        generation: grant.subject.generation,
        session: Some(grant.session),
        scopes: grant.scopes.clone(),
        nonce: None,
        auth_time: Some(grant.auth_time),
        strength: grant.strength,
        terms: grant.terms.clone(),
        key: grant.key.clone(),
        issued: NOW,
        expires: at(300),
    }
}

/// The name of a session that nobody has.
pub(crate) fn session_id() -> SessionId {
    SessionId(Uuid::from_bytes(random()))
}

/// A session of this user, good until [`NOW`] + 100.
pub(crate) fn session(user: &User) -> (SessionToken, Session) {
    let token = SessionToken::generate(user.subject.id, session_id(), &System::default());
    let session = Session {
        id: token.id(),
        cookie: token.digest(),
        user: user.subject.id,
        generation: user.subject.generation,
        auth_time: NOW,
        proofs: vec![Proof {
            method: Method::Password,
            at: NOW,
        }],
        began: NOW,
        user_agent: "a browser".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        left: BTreeMap::new(),
        visited: BTreeMap::new(),
        expires: at(100),
    };
    (token, session)
}

/// A plan that begins [`NOW`] and is not stored.
pub(crate) fn plan() -> Plan {
    let key = FlowToken::generate(&System::default()).plan_key("/next");
    let flow = slug("default-authentication-flow");
    Plan::begin(key, &flow, vec![Planned::Bound(Uuid::nil())], NOW)
}

/// A plan as a sign-in writes it under the new flow cookie.
pub(crate) fn onward() -> Plan {
    Plan {
        version: 1,
        ..plan()
    }
}

pub(crate) fn consent(user: &User, client: &str) -> Consent {
    Consent {
        user: user.subject.id,
        client_id: client_id(client),
        provider: 3,
        scopes: scopes("openid"),
        beside: provider::flow::beside::Beside::default(),
        expires: Some(at(50)),
    }
}

/// A sign-in as it is to be written.
pub(crate) const fn entering<'a>(
    session: &'a Session,
    from: &'a Plan,
    onward: &'a Plan,
    ended: Option<&'a Session>,
    event: &'a Event,
) -> SignIn<'a> {
    SignIn {
        session,
        from,
        onward,
        goes_on: false,
        ended,
        event,
    }
}

/// A compiled flow with one stage that asks for consent.
pub(crate) fn flow(at_slug: &str) -> provider::flow::Flow {
    use provider::flow::stage::{ConsentSettings, Parts, Settings, Stage};
    use provider::flow::{Bound, DeniedAction, Designation, InvalidResponse, Layout, Requirement};
    let id = Uuid::from_bytes([5; 16]);
    provider::flow::Flow {
        id,
        slug: slug(at_slug),
        name: at_slug.to_owned(),
        title: "A flow".to_owned(),
        designation: Designation::Authorization,
        authentication: Requirement::RequireAuthenticated,
        denied_action: DeniedAction::MessageContinue,
        layout: Layout::Stacked,
        background: String::new(),
        policies: PolicySet::default(),
        stages: vec![Bound {
            id,
            evaluate_on_plan: false,
            re_evaluate_policies: true,
            invalid_response_action: InvalidResponse::Retry,
            policies: PolicySet::default(),
            stage: Stage {
                id,
                name: "consent".to_owned(),
                settings: Settings::Consent(ConsentSettings::default()),
                parts: Parts::default(),
            },
        }],
    }
}
