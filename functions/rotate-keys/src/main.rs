//! On a schedule, once an hour (OpenID Connect Core §10.1.1: rotation of signing keys). The work:
//! `shared/provider/src/rotation.rs`.

use aws::Ports as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let job = rt.rotate_keys(&scripts);
    rt.serve_scheduled(job).await
}
