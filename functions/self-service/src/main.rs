//! `GET, POST /if/user/`, `/if/user/{section}/`, `GET /application/launch/{slug}/` (RFC 6265 §4.1, RFC 9110 §15.4.4).
//! The work: `shared/provider/src/endpoints/self_service.rs`.

use aws::Ports as _;
use provider::endpoints::SelfService;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let fetcher = std::sync::Arc::new(fetch::Fetch::new());
    let endpoint = SelfService::new(rt.self_service_parts(&scripts, fetcher));
    rt.serve(endpoint).await
}
