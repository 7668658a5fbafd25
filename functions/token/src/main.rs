//! `POST /application/o/token/` (RFC 6749 §3.2). The work: `shared/provider/src/endpoints/token.rs`.

use aws::Ports as _;
use provider::endpoints::Token;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let fetcher = std::sync::Arc::new(fetch::Fetch::new());
    let scripts = rt.scripts(expressions::engine(1));
    let endpoint = Token::new(rt.token_parts(&scripts, fetcher));
    rt.limited().serve(endpoint).await
}
