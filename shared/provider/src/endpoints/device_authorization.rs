//! `POST /application/o/device/`: the device authorization endpoint (RFC 8628 §3.1, §3.2), and
//! `GET, POST /device`: the page where a person answers it (§3.3).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{ALLOW, AUTHORIZATION, RETRY_AFTER};
use http::{Method, StatusCode};
use protocol::device::{DeviceAuthorizationRequest, DeviceAuthorizationResponse};
use protocol::{ClientId, Scopes, Seconds};

use crate::client::Client;
use crate::clients::Authentication;
use crate::device::{self, Device, DeviceCode, INTERVAL, REQUESTS};
use crate::entropy::Entropy;
use crate::fault::{ClientFault, DeviceFault, Fault, Transport};
use crate::flow::next;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::policies::Policies;
use crate::ports::{Begun, BrowserStore, DeviceStore, PortError};

mod verification;

/// Where a device asks.
pub const DEVICE_AUTHORIZATION: &str = "/application/o/device/";

/// Where people type their codes.
pub const VERIFICATION: &str = next::DEVICE;

/// How often another user code is drawn where one is taken: of 25.6 thousand million, hardly ever once.
const DRAWS: u32 = 4;

/// The device authorization endpoint and its page.
pub struct DeviceAuthorization {
    authentication: Authentication,
    browsers: Arc<dyn BrowserStore>,
    devices: Arc<dyn DeviceStore>,
    policies: Policies,
    entropy: Arc<dyn Entropy>,
}

impl DeviceAuthorization {
    /// Over these ports.
    pub fn new(
        authentication: Authentication,
        browsers: Arc<dyn BrowserStore>,
        devices: Arc<dyn DeviceStore>,
        policies: Policies,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            authentication,
            browsers,
            devices,
            policies,
            entropy,
        }
    }

    /// §3.1: a client that has a secret may authenticate with it, but need not (reference §1.1): what a
    /// device gets here is of no use before somebody has allowed it.
    async fn begin(&self, call: &Call<'_>) -> Result<DeviceAuthorizationResponse, Fault> {
        let params = call.form()?;
        params.nothing_repeated()?; // §3.1
        let client = self.authentication.identify(call, &params).await?;
        let request = DeviceAuthorizationRequest::parse(&params)?;
        let client = client.client();
        if !client
            .metadata
            .allows_grant(protocol::device::GRANT_TYPE, false)
        {
            return Err(ClientFault::OtherGrant.into()); // RFC 8628 §3.2, RFC 6749 §5.2
        }
        // Reference §3.6: cut to what is mapped; none asked for, none given.
        let scopes = request.scopes.intersect(&client.scopes);
        let code = self.open(call, client, &scopes).await?;
        Ok(answer(call, client, &code))
    }

    async fn open(
        &self,
        call: &Call<'_>,
        client: &Client,
        scopes: &Scopes,
    ) -> Result<DeviceCode, Fault> {
        let tenant = &call.tenant.id;
        let address = call.client_ip().and_then(device::counted_as);
        for _ in 0..DRAWS {
            let code = DeviceCode::generate(&*self.entropy);
            let device = Device::begin(client, scopes.clone(), &code, call.now);
            let begun = self
                .devices
                .begin(tenant, &device, address.as_deref(), call.now);
            match begun.await? {
                Begun::Yes => return Ok(code),
                Begun::Taken => {}
                Begun::TooMany => return Err(DeviceFault::TooMany.into()), // reference §3.6
            }
        }
        Err(PortError::Contended("every user code drawn is taken".to_owned()).into())
    }

    async fn find_client(
        &self,
        call: &Call<'_>,
        id: &ClientId,
    ) -> Result<Option<Arc<Client>>, Fault> {
        Ok(self
            .authentication
            .clients
            .by_id(&call.tenant.id, id, call.now)
            .await?)
    }

    async fn answer_device(&self, call: &Call<'_>) -> Response {
        if !call.is_post() {
            let mut response = encode::fault_json(&Transport::Method.into(), false);
            encode::set(&mut response, ALLOW, Method::POST.as_str()); // RFC 9110 §15.5.6
            return response;
        }
        let fault = match self.begin(call).await {
            Ok(body) => return encode::json(StatusCode::OK, &body), // §3.2: no-store
            Err(fault) => fault,
        };
        let mut response =
            encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION));
        if fault == Fault::Device(DeviceFault::TooMany) {
            let Seconds(wait) = REQUESTS.window_end(call.now).since(call.now);
            encode::set(&mut response, RETRY_AFTER, &wait.to_string()); // RFC 6585 §4
        }
        response
    }
}

/// §3.2.
fn answer(call: &Call<'_>, client: &Client, code: &DeviceCode) -> DeviceAuthorizationResponse {
    let user_code = code.user_code.shown();
    let verification_uri = format!("{}{VERIFICATION}", call.tenant.base_url);
    DeviceAuthorizationResponse {
        device_code: code.raw().expose().to_owned(),
        verification_uri_complete: format!("{verification_uri}?code={user_code}"),
        verification_uri,
        user_code,
        expires_in: device::lifetime(client),
        interval: INTERVAL,
    }
}

#[async_trait]
impl Endpoint for DeviceAuthorization {
    fn function(&self) -> &'static str {
        "device-authorization"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST]
    }

    fn face(&self) -> Face {
        Face::Person
    }

    fn face_at(&self, route: &str) -> Face {
        if route == DEVICE_AUTHORIZATION {
            Face::Machine
        } else {
            Face::Person
        }
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        if call.route == DEVICE_AUTHORIZATION {
            return self.answer_device(call).await;
        }
        match self.verify(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_page(call, &fault),
        }
    }
}
