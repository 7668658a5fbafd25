//! `GET, POST /if/flow/{slug}/`, `/api/v3/flows/executor/{slug}/` (OpenID Connect Core §3.1.2.3, §3.1.2.4).
//! The work: `shared/provider/src/executor.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::endpoints::Flow;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    expressions::serve_if_worker();
    let rt = aws::Runtime::from_env().await?;
    let scripts = rt.scripts(expressions::engine(1));
    let outside = aws::Outside {
        passkeys: Arc::new(passkeys::Webauthn),
        mailer: rt.mailer(),
        fetcher: Arc::new(fetch::Fetch::new()),
    };
    let endpoint = Flow::new(rt.executor_parts(&scripts, outside));
    rt.limited().serve(endpoint).await
}
