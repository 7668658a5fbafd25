//! `POST /login/oauth/access_token` (RFC 6749 §3.2, as GitHub's clients call it).
//! The work: `shared/provider/src/endpoints/github/access_token.rs`.

use aws::Ports as _;
use provider::endpoints::{GithubAccessToken, Token};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let fetcher = std::sync::Arc::new(fetch::Fetch::new());
    let scripts = rt.scripts(expressions::engine(1));
    let endpoint = GithubAccessToken::new(Token::new(rt.token_parts(&scripts, fetcher)));
    rt.limited().serve(endpoint).await
}
