//! `GET, POST /if/flow/{slug}/` (OpenID Connect Core §3.1.2.3, §3.1.2.4).
//! The work: `shared/provider/src/endpoints/flow.rs`.

use aws::Ports as _;
use provider::endpoints::Flow;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let (clients, browsers) = (rt.clients(), rt.browsers());
    let endpoint = Flow::new(clients, browsers, rt.users(), rt.events(), rt.entropy());
    rt.serve(endpoint).await
}
