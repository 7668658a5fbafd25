//! `GET, POST, PUT, PATCH, DELETE /api/v3/{proxy+}` (authentik's API; RFC 6750 §2.1, RFC 5789 §2).
//! The work: `shared/management/src/endpoint.rs`.

use aws::Ports as _;
use management::Api;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let endpoint = Api::new(rt.management_parts(&scripts, rt.mailer()));
    rt.serve(endpoint).await
}
