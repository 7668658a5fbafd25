//! An issuer for a test: every endpoint over real emulators, with a proxy before each that counts calls and
//! can make them fail, and a clock the test sets.

pub(crate) mod answers;
pub(crate) mod browser;
pub(crate) mod configure;
pub(crate) mod exchange;
pub(crate) mod jwt;
pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod prover;
pub(crate) mod proxy;
mod template;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use expressions::{Sandbox, WorkerProgram};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use local::backend::{Backend, TABLE};
use local::gateway::Gateway;
use local::seed::Seeded;
use protocol::{Seconds, Timestamp};
use provider::http::Response;
use provider::script::Expressions;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use browser::Browser;
use proxy::Proxy;

/// Where the issuer says it is.
pub(crate) const HOST_NAME: &str = "localhost:8000";
/// Where the test's clients want to be sent.
pub(crate) const CALLBACK: &str = "https://rp.example/cb";
/// The confidential client of [`FIXTURE`]: envelope key, consent kept.
pub(crate) const CLIENT: (&str, &str) = ("web", "web-secret");
/// The user of [`FIXTURE`].
pub(crate) const USER: (&str, &str) = ("ada", "correct horse battery");

/// Clients and people that the tests use. `web`: confidential, RS256 in an envelope; `es`: confidential,
/// ES256, direct; `direct`: confidential, RS256, direct, no consent asked; `spa`: public; `strict`: asks for
/// consent each time; `odd`: a secret that needs encoding, no claims in its tokens.
pub(crate) const FIXTURE: &str = include_str!("harness/fixture.yaml");

/// A running issuer.
pub(crate) struct Bench {
    pub(crate) backend: Backend,
    pub(crate) gateway: Gateway,
    pub(crate) seeded: Seeded,
    pub(crate) dynamodb: Arc<Proxy>,
    pub(crate) kms: Arc<Proxy>,
    clock: AtomicI64,
    _emulators: (Backend, TempDir),
}

impl Bench {
    /// Over the embedded DynamoDB.
    pub(crate) async fn embedded() -> Self {
        Self::on(Box::pin(template::copy()).await).await
    }

    /// The same with the clients, policies and people of `harness/scripted.yaml`.
    pub(crate) async fn scripted() -> Self {
        Self::on(Box::pin(template::scripted()).await).await
    }

    async fn on((folder, seeded): (TempDir, Seeded)) -> Self {
        let emulators = Box::pin(Backend::embedded(folder.path()))
            .await
            .expect("emulators start");
        let dynamodb = Proxy::start(&emulators.dynamodb_url).await;
        let kms = Proxy::start(&emulators.kms_url).await;
        let backend = Box::pin(connect(&dynamodb, &kms, TABLE)).await;
        Self::over((emulators, folder), (dynamodb, kms), backend, seeded)
    }

    /// Over DynamoDB Local, in a table of its own: where many write at once.
    pub(crate) async fn on_dynamodb_local() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let emulators = Backend::embedded(folder.path())
            .await
            .expect("emulators start");
        let start = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint);
        let dynamodb = start
            .await
            .expect("no panic")
            .expect("DynamoDB Local starts");
        let dynamodb = Proxy::start(&dynamodb).await;
        let kms = Proxy::start(&emulators.kms_url).await;
        let table = format!("t{}", Uuid::new_v4().simple());
        let backend = Box::pin(connect(&dynamodb, &kms, &table)).await;
        let seeded = Box::pin(template::seed(&backend)).await;
        Self::over((emulators, folder), (dynamodb, kms), backend, seeded)
    }

    fn over(
        emulators: (Backend, TempDir),
        (dynamodb, kms): (Arc<Proxy>, Arc<Proxy>),
        backend: Backend,
        seeded: Seeded,
    ) -> Self {
        let gateway = Gateway::new(&backend);
        let clock = AtomicI64::new(local::clock::now().unix());
        let bench = Self {
            backend,
            gateway,
            seeded,
            dynamodb,
            kms,
            clock,
            _emulators: emulators,
        };
        bench.forget_calls();
        bench
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, span: Seconds) {
        self.clock.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Empties the record of AWS calls, and lets those that come show what waits for what.
    pub(crate) fn forget_calls(&self) {
        for proxy in [&self.dynamodb, &self.kms] {
            proxy.linger();
            proxy.take_calls();
        }
    }

    /// The names of the calls since the last look, DynamoDB's and KMS's, in order of their start.
    pub(crate) fn take_calls(&self) -> (Vec<String>, Vec<String>) {
        let names = |proxy: &Proxy| {
            proxy
                .take_calls()
                .into_iter()
                .map(|call| call.name)
                .collect()
        };
        (names(&self.dynamodb), names(&self.kms))
    }

    /// Sends a request as it is; `Host` is added where it has none.
    pub(crate) async fn send(&self, mut request: Request<Bytes>) -> Response {
        request
            .headers_mut()
            .entry(HOST)
            .or_insert(HOST_NAME.parse().expect("a host"));
        self.gateway.call(request, self.now()).await
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(request(Method::GET, path, "")).await
    }

    /// POST of a form without client authentication.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.send(form_post(path, form)).await
    }

    /// POST of a form as the client `id` with `client_secret_basic`.
    pub(crate) async fn post_as(
        &self,
        (id, secret): (&str, &str),
        path: &str,
        form: &[(&str, &str)],
    ) -> Response {
        let mut request = form_post(path, form);
        request
            .headers_mut()
            .insert(AUTHORIZATION, basic(id, secret).parse().expect("a header"));
        self.send(request).await
    }

    /// `/userinfo` with this bearer token.
    pub(crate) async fn userinfo(&self, access_token: &str) -> Response {
        let mut request = request(Method::GET, "/application/o/userinfo/", "");
        let bearer = format!("Bearer {access_token}").parse().expect("a header");
        request.headers_mut().insert(AUTHORIZATION, bearer);
        self.send(request).await
    }

    /// A code for `client`, by a browser that signs in as [`USER`] and agrees to everything.
    pub(crate) async fn code(&self, client: &str, scope: &str, extra: &[(&str, &str)]) -> String {
        let mut browser = Browser::new(self);
        let back = browser.authorize(client, scope, extra).await;
        back.param("code")
            .unwrap_or_else(|| panic!("no code in {}", back.url))
    }

    /// Redeems a code for the confidential client `id`, whose secret is `<id>-secret`.
    pub(crate) async fn redeem(&self, id: &str, code: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ];
        self.post_as(
            (id, &format!("{id}-secret")),
            "/application/o/token/",
            &form,
        )
        .await
    }

    /// Refreshes for the confidential client `id`.
    pub(crate) async fn refresh(&self, id: &str, token: &str) -> Response {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post_as(
            (id, &format!("{id}-secret")),
            "/application/o/token/",
            &form,
        )
        .await
    }

    /// Tokens for `client` by a whole sign-in.
    pub(crate) async fn tokens(&self, client: &str, scope: &str) -> Value {
        let code = self.code(client, scope, &[]).await;
        let answer = self.redeem(client, &code).await;
        assert_eq!(answer.status(), 200, "{}", text(&answer));
        json(&answer)
    }
}

/// Expressions in workers of their own executable, as a test's cannot be started as one. Each bench has its own:
/// a worker belongs to the runtime it was started in.
pub(crate) fn engine() -> Arc<dyn Expressions> {
    let here = std::env::current_exe().expect("the test's path");
    let folder = here.parent().and_then(std::path::Path::parent);
    let worker = folder.expect("target/debug").join("expression-worker");
    assert!(
        worker.exists(),
        "run `cargo build --workspace --bins` first"
    );
    Arc::new(Sandbox::new(WorkerProgram::at(worker, []), 2))
}

/// Ports that reach the emulators through the proxies.
async fn connect(dynamodb: &Proxy, kms: &Proxy, table: &str) -> Backend {
    let connected = Backend::connect(&dynamodb.url, &kms.url, table).await;
    let mut backend = connected.expect("connects");
    backend.engine = engine();
    backend.mailer = Arc::clone(&backend.mailbox) as _; // at once
    backend
}

/// A request without `Host`.
pub(crate) fn request(method: Method, path: &str, body: &str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body.to_owned()));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("a path");
    request
}

/// A POST of a form.
pub(crate) fn form_post(path: &str, form: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = request(Method::POST, path, &encode(form));
    let form = "application/x-www-form-urlencoded"
        .parse()
        .expect("a header");
    request.headers_mut().insert(CONTENT_TYPE, form);
    request
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// An `Authorization` value.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The body as text.
pub(crate) fn text(response: &Response) -> String {
    String::from_utf8(response.body().to_vec()).expect("text")
}

/// The body as JSON.
pub(crate) fn json(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_else(|_| panic!("JSON: {}", text(response)))
}

/// A header's value, or "".
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).expect("a JWT");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .expect("base64");
    serde_json::from_slice(&bytes).expect("claims")
}

/// A member of a token answer.
pub(crate) fn member<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

/// Status, `cache-control`, `www-authenticate` and body in one line, to be pinned whole.
pub(crate) fn summary(response: &Response) -> String {
    let mut line = response.status().as_u16().to_string();
    for name in ["cache-control", "www-authenticate", "retry-after", "allow"] {
        if response.headers().contains_key(name) {
            let value = header(response, name);
            // Which is what `protected_resource` is about.
            let value = value.split(", resource_metadata=").next().unwrap_or(value);
            line += &[" ", name, ": ", value].concat();
        }
    }
    format!("{line} {}", text(response))
}

/// The `sub` of the ID token.
pub(crate) fn sub_of(tokens: &Value) -> Value {
    claims(member(tokens, "id_token"))["sub"].clone()
}
