//! `GET, POST /application/o/{slug}/end-session/` (OpenID Connect RP-Initiated Logout 1.0 §2).
//! The work: `shared/provider/src/endpoints/end_session.rs`.

use provider::endpoints::EndSession;

#[tokio::main]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    rt.serve(EndSession::new(rt.clients(), rt.browsers())).await
}
