//! `GET, POST /application/o/{slug}/end-session/` (OpenID Connect RP-Initiated Logout 1.0 §2).
//! The work: `shared/provider/src/endpoints/end_session.rs`.

use aws::Ports as _;
use provider::endpoints::EndSession;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = EndSession::new(
        rt.clients(),
        rt.ending().browsers(),
        rt.flows(),
        rt.vault(),
        rt.entropy(),
    );
    rt.serve(endpoint).await
}
