//! `POST /application/o/par/`: pushed authorization requests (RFC 9126).

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::authorize::Dialect;
use protocol::{Digest, Params, Seconds, Secret};
use serde_json::json;

use crate::client::{AuthMethod, Client};
use crate::clients::{AuthenticatedClient, Authentication};
use crate::dpop::Proofs;
use crate::entropy::Entropy;
use crate::fault::{Fault, PageFault};
use crate::guessing::network;
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::ports::{Admission, Bucket, Pushed, ThrottleStore};
use crate::requests::{Checked, Kept, PUSHED_PREFIX, RequestFault, Requests, Resolved, Way};
use crate::session::PLAN_LIFETIME;

/// How long somebody may begin with it (§2.2; FAPI 2.0 §5.3.2.2: less than ten minutes): a person may have to find the
/// link first, or the other device.
const LIFETIME: Seconds = Seconds::minutes(5);

/// The longest request of a stranger, in bytes: whatever anybody sends is kept. Who registered itself is one, too: its
/// secret says that it is that client, and nobody knows who that is.
const LONGEST_OF_STRANGERS: usize = 16 * 1024;

/// How many requests strangers push from an address at once, and then one each so often.
const OF_STRANGERS: (u32, Seconds) = (200, Seconds(1));

/// What authenticates the client, and is no part of the request.
const OF_THE_CLIENT: [&str; 4] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// The endpoint that requests are pushed to.
pub struct Par {
    parts: Parts,
}

/// What it needs.
pub struct Parts {
    /// Authenticates clients.
    pub authentication: Authentication,
    /// Checks DPoP proofs.
    pub proofs: Proofs,
    /// Reads request objects, and keeps what was pushed.
    pub requests: Requests,
    /// Slows strangers down.
    pub throttle: Arc<dyn ThrottleStore>,
    /// Names requests.
    pub entropy: Arc<dyn Entropy>,
}

impl Par {
    /// With these means.
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Keeps the request, and says by which name (§2.2).
    async fn push(&self, call: &Call<'_>) -> Result<Secret, Fault> {
        let params = call.form()?;
        params.nothing_repeated_but(&["resource"])?;
        let authenticated = self.parts.authentication.authenticate(call, &params);
        let authenticated = authenticated.await?; // §2.1, item 1
        let client = authenticated.client();
        if authenticated.method() == AuthMethod::None || client.is_registered() {
            self.slow_down(call, &authenticated).await?;
        }
        if params.optional("request_uri")?.is_some() {
            return Err(RequestFault::UriPushed.into()); // §2.1, item 2
        }
        let resolved = self.resolve(call, client, &params).await?;
        resolved.in_time(None, call.now)?;
        let name = self.name();
        let pushed = self.pushed(call, &authenticated, &resolved, &name).await?;
        let resolved = Resolved {
            way: Way::Pushed(Box::new(pushed.clone())),
            ..resolved
        };
        let checked = Checked::of(client, Dialect::Oauth, &resolved)?; // §2.1, item 3
        let target = client.redirect_to(checked.redirect_uri.as_deref());
        target.ok_or(PageFault::Redirect)?;
        let kept = self.parts.requests.pushed().put(&call.tenant.id, &pushed);
        kept.await?;
        Ok(name)
    }

    /// Bounds what strangers have us keep (§2.3: 413 and 429).
    async fn slow_down(&self, call: &Call<'_>, by: &AuthenticatedClient) -> Result<(), Fault> {
        if call.request.body().len() > LONGEST_OF_STRANGERS {
            return Err(RequestFault::TooLarge.into());
        }
        let bucket = |of: String| Bucket {
            id: Digest::of(of.as_bytes()),
            burst: OF_STRANGERS.0,
            interval: OF_STRANGERS.1,
        };
        let mut buckets = vec![bucket(format!("par:{}", network(call.client_ip())))];
        if by.method() != AuthMethod::None {
            // Wherever it is. One that anybody can say to be would be held up by whoever does.
            buckets.push(bucket(format!("par-client:{}", by.client().client_id)));
        }
        let throttle = &self.parts.throttle;
        match throttle.admit(&call.tenant.id, &buckets, call.now).await? {
            Admission::Admitted => Ok(()),
            Admission::Wait(wait) => Err(RequestFault::TooMany(wait).into()),
        }
    }

    /// §3: where there is a request object, what stands beside it is the client's authentication and nothing else.
    async fn resolve(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<Resolved, Fault> {
        if params.optional("request")?.is_some() {
            return self.parts.requests.resolve(call, client, params).await;
        }
        let id = ("client_id", client.client_id.as_str());
        let plain = params.clone().without(&OF_THE_CLIENT);
        let id = Params::from_pairs([id]).encode();
        let form = format!("{id}&{}", plain.encode());
        Ok(Resolved::plain(Params::parse(form.as_bytes())?))
    }

    async fn pushed(
        &self,
        call: &Call<'_>,
        by: &AuthenticatedClient,
        resolved: &Resolved,
        name: &Secret,
    ) -> Result<Pushed, Fault> {
        let client = by.client();
        Ok(Pushed {
            id: name.digest(),
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            params: Kept::sealed(name, &resolved.params)?,
            signed: resolved.is_signed(),
            key: self.parts.proofs.sent(call, client).await?, // RFC 9449 §10.1
            expires: call.now + LIFETIME,
            ends: call.now + LIFETIME + PLAN_LIFETIME,
        })
    }

    /// 32 random bytes (§7.1).
    fn name(&self) -> Secret {
        let mut bytes = [0; 32];
        self.parts.entropy.fill(&mut bytes);
        Secret::new(format!("{PUSHED_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }
}

fn refused(call: &Call<'_>, fault: &Fault) -> Response {
    let basic = call.request.headers().contains_key(AUTHORIZATION);
    encode::fault_json(fault, basic)
}

#[async_trait]
impl Endpoint for Par {
    fn function(&self) -> &'static str {
        "par"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST] // §2.3: any other is 405
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    fn sharing(&self) -> Sharing {
        Sharing::Clients
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let mut response = match self.push(call).await {
            Ok(name) => {
                let body = json!({"request_uri": name.expose(), "expires_in": LIFETIME.0});
                encode::json(StatusCode::CREATED, &body) // §2.2
            }
            Err(fault) => refused(call, &fault),
        };
        self.parts.proofs.offer(call, &mut response).await;
        response
    }
}
