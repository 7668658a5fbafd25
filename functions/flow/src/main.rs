//! `GET, POST /if/flow/{slug}/` (OpenID Connect Core §3.1.2.3, §3.1.2.4).
//! The work: `shared/provider/src/endpoints/flow.rs`.

use provider::endpoints::Flow;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = Flow::new(rt.clients(), rt.browsers(), rt.users(), rt.entropy());
    rt.serve(endpoint).await
}
