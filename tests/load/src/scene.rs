//! What the functions find: a seeded issuer on DynamoDB Local and the KMS emulator, and the requests.

use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::backend::Backend;
use local::fixture::Fixture;
use local::seed::Seed;
use protocol::{Scopes, Slug, TenantId, Timestamp};
use provider::client::Client;
use provider::entropy::{Entropy, System};
use provider::event::{Action, Actor, Event};
use provider::flow::AUTHENTICATION;
use provider::flow::proof::{Method, Proof};
use provider::grant::{Code, Grant, Refresh, State};
use provider::ports::{Opening, Saved, SignIn};
use provider::refresh::RefreshTokens;
use provider::session::{FlowToken, Plan, SESSION_LIFETIME, Session, SessionId, SessionToken};
use provider::tenant::Purpose;
use provider::user::User;
use serde_json::Value;
use uuid::Uuid;

use crate::event;

/// The issuer's host.
pub(crate) const HOST: &str = "id.example.com";

const CALLBACK: &str = "https://rp.example/cb";
const SCOPES: &str = "openid profile email offline_access";

/// One row of the table.
pub(crate) struct Case {
    pub(crate) function: &'static str,
    pub(crate) what: &'static str,
    client: &'static str,
    request: Request,
}

#[derive(Clone, Copy)]
enum Request {
    Jwks,
    Discovery,
    Authorize,
    Code,
    Refresh,
}

const fn case(
    function: &'static str,
    what: &'static str,
    client: &'static str,
    request: Request,
) -> Case {
    Case {
        function,
        what,
        client,
        request,
    }
}

/// All rows.
pub(crate) const CASES: &[Case] = &[
    case("jwks", "key set", "es-envelope", Request::Jwks),
    case(
        "openid-configuration",
        "discovery",
        "es-envelope",
        Request::Discovery,
    ),
    case(
        "authorize",
        "session, no consent to ask",
        "es-envelope",
        Request::Authorize,
    ),
    case(
        "token",
        "code, ES256 envelope",
        "es-envelope",
        Request::Code,
    ),
    case(
        "token",
        "code, RS256 envelope",
        "rs-envelope",
        Request::Code,
    ),
    case("token", "code, ES256 direct", "es-direct", Request::Code),
    case(
        "token",
        "refresh, ES256 envelope",
        "es-envelope",
        Request::Refresh,
    ),
    case(
        "token",
        "refresh, RS256 envelope",
        "rs-envelope",
        Request::Refresh,
    ),
    case(
        "token",
        "refresh, ES256 direct",
        "es-direct",
        Request::Refresh,
    ),
];

const FIXTURE: &str = r#"
users: [{username: ada, name: Ada Lovelace, email: ada@example.com, password: not used here}]
applications:
  - slug: es-envelope
    provider: {client_secret: s, consent: implicit, redirect_uris: ["https://rp.example/cb"], signing_key: {algorithm: ES256, custody: envelope}}
  - slug: rs-envelope
    provider: {client_secret: s, consent: implicit, redirect_uris: ["https://rp.example/cb"], signing_key: {algorithm: RS256, custody: envelope}}
  - slug: es-direct
    provider: {client_secret: s, consent: implicit, redirect_uris: ["https://rp.example/cb"], signing_key: {algorithm: ES256, custody: direct}}
"#;

/// A seeded issuer.
pub(crate) struct Scene {
    /// The environment of a function.
    pub(crate) environment: Vec<(String, String)>,
    backend: Backend,
    tenant: TenantId,
    refresh_key: Arc<[u8]>,
    user: User,
    entropy: System,
    _kms: Backend,
}

impl Scene {
    /// Starts and seeds everything.
    pub(crate) async fn prepare() -> anyhow::Result<Self> {
        let dynamodb = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint).await??;
        let kms = Backend::memory().await?;
        let table = format!("bench-{}", Uuid::new_v4());
        let backend = Backend::connect(&dynamodb, &kms.kms_url, &table).await?;
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), FIXTURE)?;
        let fixture = Fixture::read(file.path())?;
        let base = format!("https://{HOST}");
        let callback = format!("{base}/demo/callback");
        let seeded = Seed::new(&backend)?
            .run(&base, &[HOST.to_owned()], &callback, Some(&fixture))
            .await?;
        let tenant = seeded.tenant;
        let key = backend
            .keys
            .vault()
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await?;
        let user = backend.stores.users().by_login(&tenant.id, "ada").await?;
        let environment = [
            ("LATCHKEY_TABLE", table.as_str()),
            ("LATCHKEY_ENVELOPE_KEY", &backend.envelope_key),
            ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb),
            ("AWS_ENDPOINT_URL_KMS", &kms.kms_url),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_REGION", "us-east-1"),
        ];
        Ok(Self {
            environment: environment
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .to_vec(),
            tenant: tenant.id,
            refresh_key: key.as_slice().into(),
            user: user.context("the seeded user")?,
            entropy: System::default(),
            backend,
            _kms: kms,
        })
    }

    /// What the functions stand on.
    pub(crate) const fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The issuer's tenant.
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Events of this kind, each for a state of its own.
    pub(crate) async fn events(&self, case: &Case, count: usize) -> anyhow::Result<Vec<Value>> {
        let mut events = Vec::with_capacity(count);
        for _ in 0..count {
            events.push(self.event(case).await?);
        }
        Ok(events)
    }

    /// One event.
    pub(crate) async fn event(&self, case: &Case) -> anyhow::Result<Value> {
        let slug = case.client;
        Ok(match case.request {
            Request::Jwks => {
                event::http("GET", &format!("/application/o/{slug}/jwks/"), "", &[], "")
            }
            Request::Discovery => {
                let path = format!("/application/o/{slug}/.well-known/openid-configuration");
                event::http("GET", &path, "", &[], "")
            }
            Request::Authorize => self.authorize(slug).await?,
            Request::Code => self.code(slug).await?,
            Request::Refresh => self.refresh(slug).await?,
        })
    }

    async fn authorize(&self, slug: &str) -> anyhow::Result<Value> {
        let (token, session) = self.session();
        let plan = |token: &FlowToken| -> anyhow::Result<Plan> {
            let slug = Slug::parse(AUTHENTICATION)?;
            let now = local::clock::now();
            Ok(Plan::begin(token.plan_key(""), &slug, Vec::new(), now))
        };
        let browsers = self.backend.stores.browsers();
        let (from, onward) = (
            FlowToken::generate(&self.entropy),
            FlowToken::generate(&self.entropy),
        );
        let from = plan(&from)?;
        let entry = SignIn {
            session: &session,
            from: &from,
            onward: &Plan {
                version: 1,
                ..plan(&onward)?
            },
            goes_on: false,
            ended: None,
            event: &self.happening(),
        };
        let saved = browsers
            .sign_in(&self.tenant, &entry, local::clock::now())
            .await?;
        anyhow::ensure!(saved == Saved::Yes, "the sign-in is refused");
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", slug)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", SCOPES)
            .append_pair("state", "0123456789abcdef")
            .append_pair("nonce", "0123456789abcdef")
            .finish();
        let cookie = format!("__Host-latchkey_session={}", token.raw().expose());
        let headers = [("cookie", cookie.as_str())];
        Ok(event::http(
            "GET",
            "/application/o/authorize/",
            &query,
            &headers,
            "",
        ))
    }

    async fn code(&self, slug: &str) -> anyhow::Result<Value> {
        let code = Code::generate(&self.entropy);
        let grant = self.grant(slug, &code).await?;
        self.open(&grant).await?;
        let code = code.raw().expose();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ];
        Ok(post(slug, &form))
    }

    /// A live grant as after its code was redeemed, and its refresh token.
    async fn refresh(&self, slug: &str) -> anyhow::Result<Value> {
        let code = Code::generate(&self.entropy);
        let mut grant = self.grant(slug, &code).await?;
        let now = local::clock::now();
        let refresh_expires = now + protocol::Seconds::days(30);
        grant.state = State::Live {
            refresh: Some(Refresh {
                generation: 0,
                rotated_at: now,
                refresh_expires,
            }),
        };
        self.open(&grant).await?;
        let tokens = RefreshTokens::new(&self.refresh_key, &self.tenant);
        let token = tokens.write(grant.id, 0);
        Ok(post(
            slug,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose()),
            ],
        ))
    }

    async fn open(&self, grant: &Grant) -> anyhow::Result<()> {
        let opening = Opening {
            grant,
            record: None,
            plan: None,
            visit: None,
            pushed: None,
            event: &self.happening(),
        };
        let grants = self.backend.stores.grants();
        grants.open(&self.tenant, &opening).await?;
        Ok(())
    }

    /// What is recorded of what is prepared.
    fn happening(&self) -> Event {
        Event {
            id: Uuid::new_v4(),
            action: Action::Login,
            at: local::clock::now(),
            app: "bench".to_owned(),
            user: Some(Actor::from(&self.user.subject)),
            client_id: None,
            client_ip: None,
            brand: None,
            context: serde_json::Map::new(),
        }
    }

    async fn grant(&self, slug: &str, code: &Code) -> anyhow::Result<Grant> {
        let client = self.client(slug).await?;
        let now = local::clock::now();
        let (_, session) = self.session();
        Ok(Grant {
            id: code.grant,
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            redirect_uri: Some(CALLBACK.to_owned()),
            scopes: Scopes::parse(SCOPES)?,
            subject: self.user.subject.clone(),
            session: session.id,
            issued: now,
            auth_time: now,
            amr: session.amr(),
            strength: session.strength(),
            nonce: Some("0123456789abcdef".to_owned()),
            challenge: None,
            terms: provider::grant::Terms::default(),
            key: None,
            code: code.raw().digest(),
            code_expires: now + protocol::Seconds::hours(1),
            state: State::Pending,
        })
    }

    async fn client(&self, slug: &str) -> anyhow::Result<Arc<Client>> {
        let now: Timestamp = local::clock::now();
        let clients = self.backend.stores.clients();
        clients
            .by_slug(&self.tenant, &Slug::parse(slug)?, now)
            .await?
            .context("a seeded client")
    }

    fn session(&self) -> (SessionToken, Session) {
        let id = SessionId(Uuid::new_v4());
        let entropy = &self.entropy as &dyn Entropy;
        let token = SessionToken::generate(self.user.subject.id, id, entropy);
        let now = local::clock::now();
        let session = Session {
            id,
            cookie: token.digest(),
            user: self.user.subject.id,
            generation: self.user.subject.generation,
            auth_time: now,
            proofs: vec![Proof {
                method: Method::Password,
                at: now,
            }],
            began: now,
            user_agent: String::new(),
            address: None,
            left: std::collections::BTreeMap::new(),
            visited: std::collections::BTreeMap::new(),
            expires: now + SESSION_LIFETIME,
        };
        (token, session)
    }
}

fn post(slug: &str, form: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let authorization = format!("Basic {}", STANDARD.encode(format!("{slug}:s")));
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    event::http("POST", "/application/o/token/", "", &headers, &body)
}
