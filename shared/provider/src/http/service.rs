//! What every request goes through, on Lambda and on the laptop alike.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{BoxFuture, Either, select};
use http::header::{ALLOW, HOST, HeaderName};
use http::{HeaderMap, Method, Uri};
use protocol::Timestamp;

use crate::fault::{Fault, Level, Transport};
use crate::http::{Call, LARGEST_BODY, Request, Response, Sharing, api, cors, encode, route};
use crate::pages::Scene;
use crate::permits::Permits;
use crate::ports::{Admission, PortError, TenantStore};
use crate::tenant::Tenant;

/// Who reads an endpoint's answers, and so how it is told of a fault before the endpoint is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// A program: JSON.
    Machine,
    /// A program that speaks authentik's API: `{"detail": …}`.
    Api,
    /// A person: a page.
    Person,
}

/// One URL's work.
#[async_trait]
pub trait Endpoint: Send + Sync {
    /// The package under `functions/`.
    fn function(&self) -> &'static str;

    /// The methods it takes; HEAD goes with GET.
    fn methods(&self) -> &'static [Method];

    /// Who reads its answers.
    fn face(&self) -> Face;

    /// The same where its routes differ in it.
    fn face_at(&self, _route: &str) -> Face {
        self.face()
    }

    /// The largest body that it takes, in bytes.
    fn largest_body(&self) -> usize {
        LARGEST_BODY
    }

    /// Which pages of other origins may read its answers; those are then asked about by OPTIONS too.
    fn sharing(&self) -> Sharing {
        Sharing::Closed
    }

    /// The answer.
    async fn answer(&self, call: &Call<'_>) -> Response;
}

/// An endpoint with all that stands before and behind it.
#[derive(Clone)]
pub struct Service {
    endpoint: Arc<dyn Endpoint>,
    tenants: Arc<dyn TenantStore>,
    permits: Option<Arc<Permits>>,
    clock: Option<fn() -> Duration>,
    patience: Option<Patience>,
}

/// Begins to wait for so long.
pub type Patience = fn(Duration) -> BoxFuture<'static, ()>;

/// Whoever asks has an answer after this long, whatever it is that does not answer us: less than the function's own time-out
/// (`Timeout` of `infra/template.yaml`), at which Lambda would end it without one.
pub const LONGEST: Duration = Duration::from_secs(9);

/// So much longer it may take to count an answer that there is.
const COUNTING: Duration = Duration::from_millis(500);

impl Service {
    /// Serves this endpoint for these tenants.
    pub fn new(endpoint: impl Endpoint + 'static, tenants: Arc<dyn TenantStore>) -> Self {
        Self {
            endpoint: Arc::new(endpoint),
            tenants,
            permits: None,
            clock: None,
            patience: None,
        }
    }

    /// The same, which holds tenants to their limits.
    #[must_use]
    pub fn limited_by(self, permits: Arc<Permits>) -> Self {
        Self {
            permits: Some(permits),
            ..self
        }
    }

    /// The same, which says in its log line how long an answer took by this clock. It need only go forward.
    #[must_use]
    pub fn timed(self, clock: fn() -> Duration) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// The same, which gives up on a request after [`LONGEST`], by this clock.
    #[must_use]
    pub fn within(self, patience: Patience) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// The package under `functions/` that this is.
    pub fn function(&self) -> &'static str {
        self.endpoint.function()
    }

    /// The largest body that it takes, in bytes.
    pub fn largest_body(&self) -> usize {
        self.endpoint.largest_body()
    }

    /// Answers a request and writes its one log line.
    // An error's span, so that it is there whatever the log leaves out: all lines of a request say by it whose they are.
    #[tracing::instrument(level = "error", name = "request", skip_all, fields(
        function = self.function(),
        request_id = request_id,
        tenant = tracing::field::Empty,
        client.id = tracing::field::Empty,
    ))]
    pub async fn call(&self, mut request: Request, now: Timestamp, request_id: &str) -> Response {
        let begun = self.clock.map(|clock| clock());
        let method = request.method().clone();
        if method == Method::HEAD {
            *request.method_mut() = Method::GET; // RFC 9110 §9.3.2
        }
        let whose = OnceLock::new();
        let reached = self
            .reach_in_time(&request, now, (request_id, &whose))
            .await;
        let mut response =
            reached.unwrap_or_else(|fault| self.refuse(&fault, &request, request_id));
        let tenant = whose.get().map(|tenant: &Arc<Tenant>| &**tenant);
        harden(&mut response, tenant);
        let took = self
            .clock
            .zip(begun)
            .map(|(clock, begun)| clock().saturating_sub(begun));
        log(&method, tenant, &response, (request_id, took));
        if method == Method::HEAD {
            *response.body_mut() = bytes::Bytes::new();
        }
        response
    }

    /// What is under way when patience is over is as if its answer were lost: it takes effect whole, or not at all.
    async fn reach_in_time(
        &self,
        request: &Request,
        now: Timestamp,
        named: (&str, &OnceLock<Arc<Tenant>>),
    ) -> Result<Response, Fault> {
        let reached = self.reach(request, now, named);
        let (response, is_answer) = match self.patience {
            None => reached.await?,
            Some(patience) => match select(pin!(reached), patience(LONGEST)).await {
                Either::Left((reached, _)) => reached?,
                Either::Right(((), _)) => return Err(too_late().into()),
            },
        };
        if let Some(tenant) = named.1.get().filter(|_| is_answer) {
            self.count(tenant, &response, now).await;
        }
        Ok(response)
    }

    /// The response, and whether it is the endpoint's; whose it is, as soon as that is known.
    async fn reach(
        &self,
        request: &Request,
        now: Timestamp,
        (request_id, whose): (&str, &OnceLock<Arc<Tenant>>),
    ) -> Result<(Response, bool), Fault> {
        let found = route::find(request.uri().path()).ok_or(Transport::NotFound)?;
        if found.route.function != self.function() {
            return Err(Transport::NotFound.into());
        }
        let sharing = self.endpoint.sharing();
        let preflight = sharing != Sharing::Closed && request.method() == Method::OPTIONS;
        if !preflight && !self.endpoint.methods().contains(request.method()) {
            return Err(Transport::Method.into());
        }
        if request.body().len() > self.largest_body() {
            return Err(Transport::TooLarge.into());
        }
        let host = host(request.headers(), request.uri()).ok_or(Transport::NotFound)?;
        let tenant = self
            .tenants
            .by_host(&host, now)
            .await?
            .ok_or(Transport::NotFound)?;
        tracing::Span::current().record("tenant", tenant.id.as_str());
        let tenant = whose.get_or_init(|| tenant);
        if tenant.suspended.is_some() {
            let fault = Transport::Suspended.into();
            return Ok((self.refuse(&fault, request, request_id), false));
        }
        if preflight {
            return Ok((cors::preflight(request, self.endpoint.methods()), false));
        }
        let call = Call {
            tenant: Arc::clone(tenant),
            now,
            request_id,
            route: found.route.path,
            function: self.function(),
            slug: found.slug,
            request,
            client: OnceLock::new(),
        };
        let (mut response, is_answer) = match self.admit(&call).await? {
            Admission::Admitted => (self.endpoint.answer(&call).await, true),
            Admission::Wait(wait) => {
                let fault = Transport::TooMany(wait).into();
                (self.refuse(&fault, request, request_id), false)
            }
        };
        cors::share(&mut response, &call, sharing);
        Ok((response, is_answer))
    }

    /// Whether the tenant's limits have room for it. A page has several pictures, and any site may show them: they are nobody's
    /// sign-in.
    async fn admit(&self, call: &Call<'_>) -> Result<Admission, Fault> {
        match self.permits.as_ref().filter(|_| call.route != route::MEDIA) {
            Some(permits) => Ok(permits.admit(&call.tenant, call.function, call.now).await?),
            None => Ok(Admission::Admitted),
        }
    }

    /// What was given out stays given out, counted or not: a code cannot be redeemed again.
    async fn count(&self, tenant: &Tenant, response: &Response, now: Timestamp) {
        let is_success = response.status().is_success();
        let Some(permits) = self.permits.as_ref().filter(|_| is_success) else {
            return;
        };
        let settled = permits.settle(tenant, self.function(), now);
        let settled = match self.patience {
            None => settled.await,
            Some(patience) => match select(pin!(settled), patience(COUNTING)).await {
                Either::Left((settled, _)) => settled,
                Either::Right(((), _)) => Err(too_late()),
            },
        };
        if let Err(error) = settled {
            tracing::warn!(event = "answer_uncounted", %error, "an answer was not counted");
        }
    }

    fn refuse(&self, fault: &Fault, request: &Request, request_id: &str) -> Response {
        let route = route::find(request.uri().path()).map_or("", |found| found.route.path);
        let mut response = match self.endpoint.face_at(route) {
            Face::Machine => encode::fault_json(fault, false),
            Face::Api => api::fault(fault),
            Face::Person => {
                encode::error_page(Scene::nobodys(request.headers()), request_id, fault)
            }
        };
        if matches!(fault, Fault::Transport(Transport::Method)) {
            let mut allowed: Vec<&str> =
                self.endpoint.methods().iter().map(Method::as_str).collect();
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            encode::set(&mut response, ALLOW, &allowed.join(", ")); // RFC 9110 §15.5.6
        }
        response
    }
}

/// The answer to a path that no function has.
pub fn not_found(headers: &HeaderMap, request_id: &str) -> Response {
    let scene = Scene::nobodys(headers);
    let mut response = encode::error_page(scene, request_id, &Fault::from(Transport::NotFound));
    harden(&mut response, None);
    response
}

/// The host that was asked: the `Host` header, or the URI's authority where HTTP/2 has it there.
pub(crate) fn host(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers.get(HOST).and_then(|value| value.to_str().ok());
    header
        .or_else(|| uri.authority().map(http::uri::Authority::as_str))
        .map(str::to_ascii_lowercase)
}

fn too_late() -> PortError {
    PortError::Unavailable("no answer in time".to_owned())
}

/// Headers that every response has.
fn harden(response: &mut Response, tenant: Option<&Tenant>) {
    let mut set = |name, value| encode::set(response, HeaderName::from_static(name), value);
    set("x-content-type-options", "nosniff");
    // `same-origin` and not `no-referrer`: our own forms need an `Origin`, and codes in our URLs need hiding.
    set("referrer-policy", "same-origin");
    set("x-frame-options", "DENY");
    if tenant.is_some_and(Tenant::is_https) {
        set("strict-transport-security", "max-age=63072000"); // RFC 6797
    }
}

fn log(
    method: &Method,
    tenant: Option<&Tenant>,
    response: &Response,
    (request_id, took): (&str, Option<Duration>),
) {
    let ms = took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    let status = response.status().as_u16();
    let tenant = tenant.map_or("-", |tenant| tenant.id.as_str());
    let method = method.as_str();
    let Some(encode::Told(fault)) = response.extensions().get() else {
        tracing::info!(
            request_id,
            tenant,
            method,
            status,
            ms,
            outcome = "ok",
            "request answered"
        );
        return;
    };
    let (outcome, fault_reason) = (fault.code().as_str(), fault.reason());
    match fault.level() {
        Level::Info => tracing::info!(
            request_id,
            tenant,
            method,
            status,
            ms,
            outcome,
            fault = fault_reason,
            "request refused"
        ),
        Level::Warn => tracing::warn!(
            request_id,
            tenant,
            method,
            status,
            ms,
            outcome,
            fault = fault_reason,
            "request refused"
        ),
        Level::Error => tracing::error!(
            request_id,
            tenant,
            method,
            status,
            ms,
            outcome,
            fault = fault_reason,
            "request failed"
        ),
    }
}
