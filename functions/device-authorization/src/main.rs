//! `POST /application/o/device/` (RFC 8628 §3.1) and `GET, POST /device` (§3.3).
//! The work: `shared/provider/src/endpoints/device_authorization.rs`.

use aws::Ports as _;
use provider::endpoints::DeviceAuthorization;
use provider::policies::Policies;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let clients = rt.authentication(std::sync::Arc::new(fetch::Fetch::new()));
    let scripts = rt.scripts(expressions::engine(1));
    let endpoint = DeviceAuthorization::new(
        clients,
        rt.browsers(),
        rt.devices(),
        Policies::new(scripts),
        rt.entropy(),
    );
    rt.serve(endpoint).await
}
