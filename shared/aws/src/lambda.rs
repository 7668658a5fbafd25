//! A function's frame: settings, ports, and the loop that serves API Gateway's events.

mod edge;
mod event;
mod log;
mod metrics;
mod queue;
mod scheduled;
mod whose;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use lambda_http::{LambdaEvent, lambda_runtime, service_fn};
use protocol::{Digest, Timestamp};
use provider::brand::Hosts;
use provider::http::{Endpoint, Service};
use provider::permits::Permits;
use provider::ports::{LogoutQueue, Mailer};

use crate::settings::{Settings, Stage};
use crate::sqs::Queue;
use crate::{Clients, Error, Keys, Ports, Ses, Stores};

/// How long warming up may hold up the start.
const WARM_UP: Duration = Duration::from_secs(2);

/// What a function is made of: made once per cold start.
///
/// Its ports are those of [`Ports`].
#[derive(Debug)]
pub struct Runtime {
    settings: Settings,
    clients: Clients,
    stores: Stores,
    keys: OnceLock<Keys>,
    missing: OnceLock<Error>,
    permits: Option<Arc<Permits>>,
}

impl Runtime {
    /// Reads the settings and sets up logging: JSON lines on standard output.
    ///
    /// # Errors
    /// [`Error`] where a setting is missing or wrong.
    pub async fn from_env() -> Result<Self, Error> {
        let settings = Settings::from_env()?;
        log::begin(&settings)?;
        let clients = match &settings.stage {
            Stage::Aws => Clients::from_env().await?,
            Stage::Local {
                dynamodb_url,
                kms_url,
                ses_url,
                sqs_url,
            } => {
                let mut clients = Clients::local(dynamodb_url, kms_url)?;
                if let Some(url) = ses_url {
                    clients = clients.sending_by(url)?;
                }
                match sqs_url {
                    Some(url) => clients.queueing_by(url)?,
                    None => clients,
                }
            }
        };
        let stores = Stores::new(clients.dynamodb(), &settings.table);
        let stores = stores.knowing(settings.second_name());
        Ok(Self {
            settings,
            clients,
            stores,
            keys: OnceLock::new(),
            missing: OnceLock::new(),
            permits: None,
        })
    }

    /// Sends e-mail.
    pub fn mailer(&self) -> Arc<dyn Mailer> {
        Arc::new(Ses::new(self.clients.ses(), &self.settings.mail))
    }

    /// The same, which holds tenants to their limits: for the endpoints that are counted ([`provider::tenant::Limits::of`]).
    #[must_use]
    pub fn limited(self) -> Self {
        let permits = Some(self.permits());
        Self { permits, ..self }
    }

    /// Answers requests with this endpoint until Lambda ends the instance.
    ///
    /// # Errors
    /// [`Error::Missing`] where a port that was asked for lacks its setting; [`Error::Runtime`] where the
    /// Lambda runtime ends.
    pub async fn serve(self, endpoint: impl Endpoint + 'static) -> Result<(), Error> {
        if let Some(missing) = self.missing.into_inner() {
            return Err(missing);
        }
        if self.settings.stage == Stage::Aws
            && tokio::time::timeout(WARM_UP, self.stores.warm())
                .await
                .is_err()
        {
            tracing::warn!(
                event = "warm_up_failed",
                "DynamoDB did not answer in time at start"
            );
        }
        let service = Service::new(endpoint, self.stores.tenants())
            .timed(running)
            .within(patience);
        let service = &match self.permits {
            Some(permits) => service.limited_by(permits),
            None => service,
        };
        let edge = self.settings.edge.as_slice();
        let handler = |event: LambdaEvent<event::Event>| async move {
            Ok::<_, lambda_http::Error>(answer(service, edge, event).await)
        };
        // Not `lambda_runtime::run`, whose span says again what our one line has.
        let ended = lambda_runtime::Runtime::new(service_fn(handler))
            .run()
            .await;
        ended.map_err(|error| Error::Runtime(error.to_string()))
    }
}

impl Ports for Runtime {
    fn stores(&self) -> &Stores {
        &self.stores
    }

    fn logout_queue(&self) -> Arc<dyn LogoutQueue> {
        let url = self.settings.logout_queue.as_deref();
        Arc::new(Queue::new(self.clients.sqs(), url))
    }

    fn brand_hosts(&self) -> Hosts {
        self.settings.brand_hosts
    }

    fn mtls_base(&self) -> Option<String> {
        self.settings.mtls_base.clone()
    }

    /// A missing key is told by [`Runtime::serve`], before the first request.
    fn keys(&self) -> Keys {
        let keys = self.keys.get_or_init(|| {
            let key = self.settings.envelope_key.clone().unwrap_or_else(|| {
                self.missing
                    .get_or_init(|| Error::Missing("LATCHKEY_ENVELOPE_KEY"));
                String::new()
            });
            Keys::new(self.clients.kms(), key)
        });
        keys.clone()
    }
}

/// One event: from API Gateway's form and back into it. A panic ends the process (`panic = "abort"`): Lambda
/// answers 500 and starts a clean one, rather than going on with a state nobody vouches for.
async fn answer(
    service: &Service,
    edge: &[Digest],
    event: LambdaEvent<event::Event>,
) -> event::Answer {
    let LambdaEvent { payload, context } = event;
    let by_url = edge::is_url(payload.request_context.domain_name.as_deref());
    let Some(mut request) = event::request(payload) else {
        tracing::warn!(event = "unreadable_event", "the event is no HTTP request");
        return event::response(bare(http::StatusCode::BAD_REQUEST));
    };
    if by_url && edge::admit(&mut request, edge).is_none() {
        tracing::info!(
            event = "edge_refused",
            "the request did not come from CloudFront"
        );
        return event::response(bare(http::StatusCode::FORBIDDEN));
    }
    event::response(service.call(request, now(), &context.request_id).await)
}

fn patience(long: Duration) -> futures_util::future::BoxFuture<'static, ()> {
    Box::pin(tokio::time::sleep(long))
}

/// The one clock of a request.
#[allow(
    clippy::disallowed_methods,
    reason = "the edge is where time comes from"
)]
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// For how long this process has run: a clock that only goes forward.
fn running() -> Duration {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}

fn bare(status: http::StatusCode) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = status;
    let no_store = http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(http::header::CACHE_CONTROL, no_store);
    response
}
