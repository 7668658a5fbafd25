//! `POST /application/o/introspect/` (RFC 7662 §2).
//! The work: `shared/provider/src/endpoints/introspect.rs`.

use aws::Ports as _;
use provider::endpoints::Introspect;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let (clients, bearers) = (rt.clients(), rt.bearers());
    let endpoint = Introspect::new(clients, bearers, rt.grants(), rt.subjects(), rt.vault());
    rt.serve(endpoint).await
}
