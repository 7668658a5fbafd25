//! `GET, POST /application/o/authorize/` (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
//! The work: `shared/provider/src/endpoints/authorize.rs`.

use provider::endpoints::Authorize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = Authorize::new(rt.clients(), rt.browsers(), rt.grants(), rt.entropy());
    rt.serve(endpoint).await
}
