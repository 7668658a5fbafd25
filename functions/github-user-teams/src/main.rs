//! `GET /user/teams`, `/api/v3/user/teams` (RFC 6750, GitHub's REST API).
//! The work: `shared/provider/src/endpoints/github/user_teams.rs`.

use aws::Ports as _;
use provider::endpoints::GithubUserTeams;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = GithubUserTeams::new(rt.bearers());
    rt.serve(endpoint).await
}
