//! Takes messages of a queue, the logouts that clients are to hear of (OpenID Connect Back-Channel Logout 1.0 §2.5).
//! The work: `shared/provider/src/logout/messenger.rs`.

use std::sync::Arc;

use aws::Ports as _;
use provider::logout::Messenger;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let messenger = Messenger::new(rt.messenger_parts(Arc::new(fetch::Fetch::new())));
    rt.serve_logouts(messenger).await
}
