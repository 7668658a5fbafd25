//! `GET, POST /application/o/userinfo/` (OpenID Connect Core §5.3, RFC 6750).
//! The work: `shared/provider/src/endpoints/userinfo.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::claims::Mappings;
use provider::endpoints::Userinfo;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let keys = rt.client_keys(Arc::new(fetch::Fetch::new()));
    let (mappings, sealing) = (Mappings::new(scripts), rt.sealing(&keys));
    let endpoint = Userinfo::new(rt.bearers(), mappings, rt.proofs(), sealing);
    rt.serve(endpoint).await
}
