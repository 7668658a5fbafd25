//! An AWS KMS for the desk: the operations Latchkey and its tests need, over HTTP on loopback, so
//! that the very adapter that runs on Lambda (`aws-sdk-kms`) runs here too.
//!
//! It speaks `aws-json-1.1` as KMS does and refuses what KMS refuses, with the same exceptions: a
//! digest of the wrong length, a disabled key, a changed encryption context. Its signatures are
//! checked outside it, by OpenSSL and by a JOSE library. It trusts whoever reaches it: requests
//! carry no proof that is looked at, keys lie unencrypted in its file. It therefore listens on
//! loopback only and holds only keys that it made itself.
//!
//! Reading order: [`Emulator`] here, `dispatch`, then one file per group of operations
//! (`lifecycle`, `alias`, `sign`, `encrypt`, `data_key`); below them `state` (keys and aliases as a
//! value), `store` (its file), `keys` (material), `algorithms` and `ids` (names), `wire` (JSON),
//! `error`.

use std::future::Future;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::extract::State as Shared;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, uri::Authority};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use self::error::{Exception, Fault};
use self::state::State;
use self::store::Store;

mod algorithms;
mod alias;
mod ciphertext;
mod data_key;
mod dispatch;
mod encrypt;
mod error;
mod ids;
mod keys;
mod lifecycle;
mod paging;
mod sign;
mod state;
mod store;
mod wire;

pub use self::ids::{ACCOUNT, REGION};

/// How long open connections may take to end after the order to stop.
const GRACE: Duration = Duration::from_secs(2);

/// The emulator: keys, aliases, and where they are kept.
///
/// Reads see one state whole; changes happen one after the other, and are on disk before anyone
/// sees them.
pub struct Emulator {
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    state: RwLock<Arc<State>>,
    /// Held while a change is made and written. `None` if nothing is kept.
    store: Mutex<Option<Store>>,
}

impl Emulator {
    /// An emulator whose keys end with it.
    pub fn memory() -> Self {
        Self::new(None, State::default())
    }

    /// An emulator whose keys are kept in the file at `path`, which it holds until it is dropped.
    /// The file, and its folder, are made if absent; the file is readable by its owner only.
    ///
    /// # Errors
    /// When another emulator holds the file, when it cannot be read, or when it is not such a file;
    /// it is then left as it was.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let (store, state) = Store::open(path)?;
        Ok(Self::new(Some(store), state))
    }

    /// The same with another clock, for tests of what happens later.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// The routes: `POST /`, as the SDKs call it.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route("/", post(handle)).with_state(self)
    }

    /// Serves on `listener` until `shutdown` completes and open connections have ended, or two
    /// seconds after it.
    ///
    /// # Errors
    /// When `listener` is not on a loopback address (nothing was served then), or when it fails.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future + Send + 'static,
    ) -> anyhow::Result<()> {
        let address = listener
            .local_addr()
            .context("the KMS emulator's listener has no address")?;
        if !address.ip().is_loopback() {
            bail!(
                "the KMS emulator answers everyone who reaches it and serves on loopback addresses only, \
                 not on {address}"
            );
        }
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let stopped = async move {
            shutdown.await;
            drop(stop);
        };
        let serving = axum::serve(listener, self.router()).with_graceful_shutdown(stopped);
        tokio::select! {
            served = serving.into_future() => served.context("the KMS emulator stopped"),
            // A client that opened a connection and says nothing must not keep Ctrl-C waiting.
            () = async { drop(stopping.await); tokio::time::sleep(GRACE).await } => Ok(()),
        }
    }

    /// The state as of now: without keys whose deletion is due.
    ///
    /// # Errors
    /// `KMSInternalException` when the clock is before 1970.
    pub(crate) fn snapshot(&self) -> Result<Arc<State>, Fault> {
        let now = self.now()?;
        let state = self
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if !state.is_stale(now) {
            return Ok(state);
        }
        let mut fresh = State::clone(&state);
        fresh.prune(now);
        Ok(Arc::new(fresh))
    }

    /// Makes `change` to the state, given the time in seconds since 1970, and writes it down. If
    /// either fails, nothing has happened. Readers wait for neither.
    ///
    /// # Errors
    /// What `change` refuses; `KMSInternalException` when the state cannot be written.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut State, u64) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now()?;
        let mut next = State::clone(&*self.snapshot()?);
        let answer = change(&mut next, now)?;
        if let Some(store) = &*store {
            store.save(&next).map_err(|error| {
                let message = format!("{error:#}");
                tracing::error!(error = message, "the KMS emulator's state is not kept");
                Fault::new(Exception::Internal, message)
            })?;
        }
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(answer)
    }

    fn new(store: Option<Store>, state: State) -> Self {
        Self {
            clock: Box::new(system_time),
            state: RwLock::new(Arc::new(state)),
            store: Mutex::new(store),
        }
    }

    /// Seconds since 1970.
    fn now(&self) -> Result<u64, Fault> {
        let since = (self.clock)().duration_since(UNIX_EPOCH);
        let since =
            since.map_err(|_| Fault::new(Exception::Internal, "the clock is before 1970"))?;
        Ok(since.as_secs())
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator").finish_non_exhaustive()
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a service of its own with its own clock, as KMS has; tests give another by `with_clock`"
)]
fn system_time() -> SystemTime {
    SystemTime::now()
}

/// One call. The work runs where it may block, and to its end even if the caller goes away.
async fn handle(
    Shared(emulator): Shared<Arc<Emulator>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_local(&headers) {
        // A web page whose name was made to resolve to 127.0.0.1 sends its own name.
        return (
            StatusCode::FORBIDDEN,
            "the KMS emulator is called by a loopback name\n",
        )
            .into_response();
    }
    let target = headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let call = {
        let target = target.clone();
        move || dispatch::call(&emulator, &target, &body)
    };
    let outcome = spawn_blocking(call)
        .await
        .unwrap_or_else(|_| Err(Fault::crypto("go on")));
    match outcome {
        Ok(json) => {
            tracing::debug!(target = target, "KMS call answered");
            wire::respond(StatusCode::OK, json)
        }
        Err(fault) => {
            let exception = fault.exception.name();
            tracing::info!(target = target, exception, "KMS call refused");
            fault.into_response()
        }
    }
}

/// Whether the request was sent to a loopback name (or to none).
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let Ok(authority) = Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let name = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    name == "localhost"
        || name
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}
