//! `POST /application/o/token/` (RFC 6749 §3.2). The work: `shared/provider/src/endpoints/token.rs`.

use provider::endpoints::Token;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let keys = (rt.signer(), rt.vault());
    let endpoint = Token::new(rt.clients(), rt.grants(), rt.subjects(), keys, rt.entropy());
    rt.serve(endpoint).await
}
