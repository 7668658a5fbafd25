//! `POST /application/o/backchannel-authentication/` (OpenID Connect CIBA Core 1.0 §7).
//! The work: `shared/provider/src/endpoints/backchannel_authentication.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::endpoints::BackchannelAuthentication;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let fetcher = Arc::new(fetch::Fetch::new());
    let endpoint = BackchannelAuthentication::new(rt.backchannel_parts(fetcher, rt.mailer()));
    rt.serve(endpoint).await
}
