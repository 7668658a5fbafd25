//! `GET, POST /login/oauth/authorize` (RFC 6749 §3.1, as GitHub's clients call it).
//! The work: `shared/provider/src/endpoints/authorize.rs`.

use aws::Ports as _;
use provider::endpoints::Authorize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let fetcher = std::sync::Arc::new(fetch::Fetch::new());
    let scripts = rt.scripts(expressions::engine(1));
    let endpoint = Authorize::github(rt.authorize_parts(&scripts, fetcher));
    rt.serve(endpoint).await
}
