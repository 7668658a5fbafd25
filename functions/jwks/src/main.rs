//! `GET /application/o/{slug}/jwks/` (RFC 7517 §5). The work: `shared/provider/src/endpoints/jwks.rs`.

use provider::endpoints::Jwks;

#[tokio::main]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    rt.serve(Jwks::new(rt.clients())).await
}
