//! `POST /application/o/introspect/` (RFC 7662 §2).
//! The work: `shared/provider/src/endpoints/introspect.rs`.

use aws::Ports as _;
use provider::endpoints::Introspect;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let clients = rt.authentication(std::sync::Arc::new(fetch::Fetch::new()));
    let bearers = rt.bearers();
    let seals = (rt.vault(), rt.sealing(&clients.keys));
    let endpoint = Introspect::new(clients, bearers, rt.grants(), rt.subjects(), seals);
    rt.serve(endpoint).await
}
