//! `GET /application/o/{slug}/jwks/` (RFC 7517 §5). The work: `shared/provider/src/endpoints/jwks.rs`.

use aws::Ports as _;
use provider::endpoints::Jwks;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = Jwks::new(rt.clients());
    rt.serve(endpoint).await
}
