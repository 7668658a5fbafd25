//! `GET, POST /application/o/userinfo/` (OpenID Connect Core §5.3, RFC 6750).
//! The work: `shared/provider/src/endpoints/userinfo.rs`.

use provider::endpoints::Userinfo;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = Userinfo::new(rt.tokens());
    rt.serve(endpoint).await
}
