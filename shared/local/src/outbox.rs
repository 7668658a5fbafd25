//! The queue of logouts in this process: what SQS and the function `backchannel-logout` are on AWS.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use protocol::Seconds;
use provider::logout::{Heard, Messenger, pause_after};
use provider::ports::{LogoutQueue, Notice, Outcome};
use tokio::sync::Notify;

use crate::clock::now;

/// How long a notice waits: what it announces happens meanwhile.
const DELAY: Seconds = Seconds(2);

/// Notices on their way. They are gone when the process ends.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Vec<Notice>>,
    more: Notify,
}

impl Outbox {
    /// Takes out what waits.
    pub fn take(&self) -> Vec<Notice> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting)
    }

    /// Tells clients what they are to hear, for as long as it is polled.
    pub async fn tell(&self, messenger: Messenger) {
        let messenger = Arc::new(messenger);
        loop {
            self.more.notified().await;
            for notice in self.take() {
                tokio::spawn(tell(Arc::clone(&messenger), notice));
            }
        }
    }
}

#[async_trait]
impl LogoutQueue for Outbox {
    async fn announce(&self, notices: &[Notice]) -> Outcome<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend_from_slice(notices);
        drop(waiting);
        self.more.notify_one();
        Ok(())
    }
}

async fn tell(messenger: Arc<Messenger>, notice: Notice) {
    let mut pause = DELAY;
    for attempt in 1.. {
        let seconds = u64::try_from(pause.0).unwrap_or_default();
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        match messenger.tell(&notice, attempt, now()).await {
            Heard::NotYet => pause = pause_after(attempt),
            Heard::Yes | Heard::Never => return,
        }
    }
}
