//! `POST /application/o/revoke/` (RFC 7009 §2). The work: `shared/provider/src/endpoints/revoke.rs`.

use aws::Ports as _;
use provider::endpoints::Revoke;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let record = (rt.events(), rt.entropy());
    let clients = rt.authentication(std::sync::Arc::new(fetch::Fetch::new()));
    let endpoint = Revoke::new(clients, rt.grants(), rt.tokens(), rt.vault(), record);
    rt.serve(endpoint).await
}
