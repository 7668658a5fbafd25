//! `rotate-keys`: what runs once an hour over all tenants.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use protocol::{TenantId, Timestamp};

use super::{At, Rotator};
use crate::config::SaveError;
use crate::entropy::Entropy;
use crate::event::{Action, Event, id_at};
use crate::job::Job;
use crate::ports::{BrandStore, Outcome, PortError, TenantList};

/// How many tenants are listed at once.
const PAGE: u32 = 100;

/// How many are worked on side by side.
const AT_ONCE: usize = 8;

/// The job.
pub struct RotateKeys {
    rotator: Rotator,
    tenants: Arc<dyn TenantList>,
    brands: Arc<dyn BrandStore>,
    entropy: Arc<dyn Entropy>,
}

impl RotateKeys {
    /// Over all these tenants.
    pub fn new(
        rotator: Rotator,
        (tenants, brands): (Arc<dyn TenantList>, Arc<dyn BrandStore>),
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            rotator,
            tenants,
            brands,
            entropy,
        }
    }

    async fn one(&self, id: TenantId, now: Timestamp) -> Outcome<()> {
        if !self.rotator.has_work(&id).await? {
            return Ok(());
        }
        let hosted = self.brands.at_hosts(&id).await?;
        let Some(hosted) = hosted.first() else {
            return Ok(()); // it is at no host any more: nobody asks it for a token
        };
        let event = |action| self.event(action, now);
        let at = At {
            tenant: &hosted.tenant,
            now,
            event: &event,
        };
        match self.rotator.turn_all(at).await {
            Ok(()) => Ok(()),
            Err(SaveError::Port(error)) => Err(error),
            Err(error) => Err(PortError::Corrupt(format!("keys of {id}: {error}"))),
        }
    }

    fn event(&self, action: Action, now: Timestamp) -> Event {
        Event {
            id: id_at(now, &*self.entropy),
            action,
            at: now,
            app: self.function().to_owned(),
            user: None,
            client_id: None,
            client_ip: None,
            brand: None,
            context: serde_json::Map::new(),
        }
    }
}

#[async_trait]
impl Job for RotateKeys {
    fn function(&self) -> &'static str {
        "rotate-keys"
    }

    async fn run(&self, now: Timestamp) -> Outcome<()> {
        let (mut ended, mut after) = (Ok(()), None);
        loop {
            let page = self.tenants.page(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else {
                return ended;
            };
            after = Some(last.clone());
            let each = page.into_iter().map(|id| self.one(id, now));
            let mut each = stream::iter(each).buffer_unordered(AT_ONCE);
            while let Some(one) = each.next().await {
                ended = ended.and(one);
            }
        }
    }
}
