//! `POST /application/o/par/` (RFC 9126 §2). The work: `shared/provider/src/endpoints/par.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::endpoints::Par;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = Par::new(rt.par_parts(Arc::new(fetch::Fetch::new())));
    rt.serve(endpoint).await
}
