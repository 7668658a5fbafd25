//! What the functions find: a seeded issuer on DynamoDB Local and the KMS emulator, and the requests.

mod cases;
mod devices;
mod grants;
mod machines;
mod others;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use load::event::{self, HOST};
use local::backend::Backend;
use local::fixture::Fixture;
use local::gateway::Gateway;
use local::mailbox;
use local::seed::Seed;
use protocol::{Slug, TenantId};
use provider::client::Client;
use provider::entropy::System;
use provider::event::{Action, Actor, Event};
use provider::tenant::Purpose;
use provider::user::User;
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::store::Store;

use cases::Request;
pub(crate) use cases::{CASES, Case};
use machines::Elsewhere;

/// Where clients want people to be sent.
pub(crate) const CALLBACK: &str = "https://rp.example/cb";

/// What clients ask for.
pub(crate) const SCOPES: &str = "openid profile email offline_access";

/// Whoever signs in.
pub(crate) const ADA: (&str, &str) = ("ada", "correct horse battery");

/// So many states are made at a time.
const SIDE_BY_SIDE: usize = 6;

const FIXTURE: &str = include_str!("scene/fixture.yaml");

/// A seeded issuer.
pub(crate) struct Scene {
    /// The environment of a function.
    pub(crate) environment: Vec<(String, String)>,
    /// The emulators, as processes.
    pub(crate) store: Store,
    backend: Backend,
    gateway: Gateway,
    tenant: TenantId,
    refresh_key: Arc<[u8]>,
    user: User,
    entropy: System,
    issuer: Elsewhere,
    kept: Mutex<HashMap<String, String>>,
    addresses: AtomicU32,
}

impl Scene {
    /// Starts and seeds everything.
    pub(crate) async fn prepare() -> anyhow::Result<Self> {
        let store = Store::start().await?;
        let table = format!("bench-{}", Uuid::new_v4());
        let backend = Backend::connect(&store.dynamodb_url, &store.kms_url, &table).await?;
        let elsewhere = Elsewhere::new()?;
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), FIXTURE.replace("JWKS", &elsewhere.jwks()))?;
        let fixture = Fixture::read(file.path())?;
        let base = format!("https://{HOST}");
        let callback = format!("{base}/demo/callback");
        let seed = Seed::new(&backend)?;
        let hosts = [HOST.to_owned()];
        let seeded = seed.run(&base, &hosts, &callback, Some(&fixture));
        let tenant = Box::pin(seeded).await?.tenant;
        let key = backend
            .keys
            .vault()
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await?;
        let user = backend.stores.users().by_login(&tenant.id, ADA.0).await?;
        let scene = Self {
            environment: environment(&backend, &table, &store.sqs_url),
            tenant: tenant.id,
            refresh_key: key.as_slice().into(),
            user: user.context("the seeded user")?,
            entropy: System::default(),
            gateway: Gateway::new(&backend),
            backend,
            issuer: elsewhere,
            kept: Mutex::default(),
            addresses: AtomicU32::new(0),
            store,
        };
        scene.accounts().await?;
        Ok(scene)
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
        let events = stream::iter(0..count).map(|_| self.event(case));
        events.buffered(SIDE_BY_SIDE).try_collect().await
    }

    /// One event.
    pub(crate) async fn event(&self, case: &Case) -> anyhow::Result<Value> {
        let slug = case.client;
        Ok(match case.request {
            Request::Jwks => get(&format!("/application/o/{slug}/jwks/"), &[]),
            Request::Discovery => get(
                &format!("/application/o/{slug}/.well-known/openid-configuration"),
                &[],
            ),
            Request::Metadata => get(
                &format!("/.well-known/oauth-authorization-server/application/o/{slug}/"),
                &[],
            ),
            Request::Authorize => self.authorize(slug).await?,
            Request::Par => post(slug, "/application/o/par/", &asked()),
            Request::Code => self.code(slug).await?,
            Request::Refresh => self.refresh(slug).await?,
            Request::ClientCredentials(scope) => client_credentials(slug, scope),
            Request::AppPassword => machines::app_password(slug),
            Request::Assertion => self.assertion(slug)?,
            Request::Exchange => self.exchange(slug).await?,
            Request::DeviceWaiting => self.device(slug, false).await?,
            Request::DeviceAllowed => self.device(slug, true).await?,
            Request::CibaWaiting => self.asking(slug, false).await?,
            Request::CibaAllowed => self.asking(slug, true).await?,
            Request::Userinfo => self.userinfo(slug).await?,
            Request::Introspect => self.introspect(slug).await?,
            Request::RevokeAccess => self.revoke_access(slug).await?,
            Request::RevokeRefresh => self.revoke_refresh(slug).await?,
            Request::Device => self.device_code(slug),
            Request::Backchannel => self.backchannel(slug).await?,
            Request::EndSession => self.end_session(slug).await?,
            Request::Register => others::register(slug),
            Request::GithubAuthorize => self.github_authorize(slug).await?,
            Request::GithubAccessToken => self.github_access_token(slug).await?,
            Request::GithubUser => self.github_user(slug, "/user").await?,
            Request::GithubUserTeams => self.github_user(slug, "/user/teams").await?,
            Request::FlowPage => others::flow_page(),
            Request::FlowJson => others::flow_json(),
            Request::SelfService => self.self_service().await?,
            Request::Api => self.api(),
            Request::Logout => self.logout(slug).await?,
            Request::RotateKeys => event::scheduled(),
        })
    }

    /// What this process answers, by the same endpoints.
    async fn answered(&self, event: &Value) -> anyhow::Result<Value> {
        let request = event::request(event)?;
        let answer = self.gateway.call(request, local::clock::now()).await;
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        ensure!(answer.status().is_success(), "{}: {body}", answer.status());
        serde_json::from_str(&body).context("no JSON answer")
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

    async fn client(&self, slug: &str) -> anyhow::Result<Arc<Client>> {
        let now = local::clock::now();
        let (clients, slug) = (self.backend.stores.clients(), Slug::parse(slug)?);
        let client = clients.by_slug(&self.tenant, &slug, now);
        client.await?.context("a seeded client")
    }

    /// Another address each time: so many requests of one would be too many.
    fn at_another_address(&self, event: Value) -> Value {
        let [_, a, b, c] = self.addresses.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        event::from(event, &format!("10.{a}.{b}.{c}"))
    }
}

fn environment(backend: &Backend, table: &str, sqs_url: &str) -> Vec<(String, String)> {
    let queue = format!("{sqs_url}/000000000000/logouts");
    let environment = [
        ("LATCHKEY_TABLE", table),
        ("LATCHKEY_ENVELOPE_KEY", &backend.envelope_key),
        ("LATCHKEY_MAIL_FROM", mailbox::FROM),
        ("LATCHKEY_LOGOUT_QUEUE", &queue),
        ("AWS_ENDPOINT_URL_DYNAMODB", &backend.dynamodb_url),
        ("AWS_ENDPOINT_URL_KMS", &backend.kms_url),
        ("AWS_ENDPOINT_URL_SESV2", &backend.ses_url),
        ("AWS_ENDPOINT_URL_SQS", sqs_url),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_REGION", "us-east-1"),
    ];
    let owned = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    owned.to_vec()
}

/// The parameters of an authorization request.
pub(crate) fn asked() -> [(&'static str, &'static str); 5] {
    [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", SCOPES),
        ("state", "0123456789abcdef"),
        ("nonce", "0123456789abcdef"),
    ]
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// GET.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    event::http("GET", path, query, headers, "")
}

/// POST of a form by a client with its secret.
pub(crate) fn post(slug: &str, path: &str, form: &[(&str, &str)]) -> Value {
    let authorization = format!("Basic {}", STANDARD.encode(format!("{slug}:s")));
    let headers = [("authorization", authorization.as_str()), FORM];
    event::http("POST", path, "", &headers, &encoded(form))
}

/// What a form is.
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn client_credentials(slug: &str, scope: &str) -> Value {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    post(slug, grants::TOKEN, &form)
}
