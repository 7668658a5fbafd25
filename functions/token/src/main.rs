//! `POST /application/o/token/` (RFC 6749 §3.2). The work: `shared/provider/src/endpoints/token.rs`.

use provider::endpoints::Token;

#[tokio::main]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let keys = (rt.signer(), rt.vault());
    rt.serve(Token::new(rt.clients(), rt.grants(), rt.subjects(), keys, rt.entropy())).await
}
