//! `GET, POST, PUT, DELETE /application/o/{slug}/register/` (RFC 7591 §3, RFC 7592 §2).
//! The work: `shared/provider/src/endpoints/register.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::endpoints::Register;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let parts = rt.register_parts(&scripts, Arc::new(fetch::Fetch::new()));
    rt.serve(Register::new(parts)).await
}
