//! `GET /user`, `/user/emails`, `/user/orgs` and the same under `/api/v3/` (RFC 6750, GitHub's REST API).
//! The work: `shared/provider/src/endpoints/github/user.rs`.

use aws::Ports as _;
use provider::endpoints::GithubUser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = GithubUser::new(rt.bearers());
    rt.serve(endpoint).await
}
