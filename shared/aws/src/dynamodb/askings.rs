//! [`AskingStore`]: requests lie where those of devices lie; `USER#<uuid>/ASKED#<digest>` leads a person to theirs.

use async_trait::async_trait;
use protocol::{ClientId, Digest, TenantId, Timestamp, UserId};
use provider::asking::{AuthReqId, BY_CLIENT, OF_PERSON};
use provider::device::{Device, REMEMBERED};
use provider::ports::{Asking, AskingStore, Outcome, Poll, PortError};
use serde::{Deserialize, Serialize};

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::devices::{self, one_more};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{ASKED, Key};

pub(crate) struct Askings(pub(crate) Db);

/// Most requests that are shown to a person.
const MOST: usize = 100;

/// What leads to a request.
#[derive(Serialize, Deserialize)]
struct Lead {
    found_by: Digest,
}

#[async_trait]
impl AskingStore for Askings {
    #[tracing::instrument(name = "store.askings.ask", level = "debug", skip_all)]
    async fn ask(&self, tenant: &TenantId, device: &Device, now: Timestamp) -> Outcome<Asking> {
        let Some(asked) = &device.asked else {
            return Err(PortError::Corrupt(
                "nobody is asked by this request".to_owned(),
            ));
        };
        let found_by = device.user_code;
        let fresh = || Expression::when("attribute_not_exists(#pk)");
        let row = Row::write(&Key::device(tenant, &found_by), device)?;
        let lead = Row::write(
            &Key::asked(tenant, asked.user, &found_by),
            &Lead { found_by },
        )?;
        let by_client = BY_CLIENT.window_end(now);
        let of_person = OF_PERSON.window_end(now);
        let changes = vec![
            Change::Put(row.until(device.expires + REMEMBERED), fresh()),
            Change::Put(lead.until(device.expires), fresh()),
            Change::Update(
                Key::asked_by(tenant, asked.user, &device.client_id, by_client),
                one_more(BY_CLIENT, by_client),
            ),
            Change::Update(
                Key::asked_count(tenant, asked.user, of_person),
                one_more(OF_PERSON, of_person),
            ),
        ];
        // No two requests have one id: what is refused is one too many.
        Ok(match self.0.transact("ask", changes).await? {
            Ok(()) => Asking::Begun,
            Err(_) => Asking::TooMany,
        })
    }

    #[tracing::instrument(name = "store.askings.waiting", level = "debug", skip_all)]
    async fn waiting(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Device>> {
        let family = Family::beside(Key::user(tenant, user), ASKED);
        let leads = self.0.page(&family, None, MOST).await?.rows;
        let leads = leads.into_iter().map(Row::read::<Lead>);
        let keys: Vec<Key> = leads
            .map(|lead| lead.map(|lead| Key::device(tenant, &lead.found_by)))
            .collect::<Outcome<_>>()?;
        let mut rows = self.0.get_all(&keys).await?;
        let found = keys.iter().filter_map(|key| rows.take(key));
        let mut waiting: Vec<Device> = found.map(Row::read).collect::<Outcome<_>>()?;
        waiting.retain(|device| device.open_at(now) && device.asks(user));
        waiting.sort_by_key(|device| device.asked.as_ref().map(|asked| asked.at));
        Ok(waiting)
    }

    #[tracing::instrument(name = "store.askings.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, found_by: &Digest) -> Outcome<Option<Device>> {
        let found = self.0.get(&Key::device(tenant, found_by)).await?;
        found.map(Row::read).transpose()
    }

    #[tracing::instrument(name = "store.askings.poll", level = "debug", skip_all)]
    async fn poll(
        &self,
        tenant: &TenantId,
        id: &AuthReqId,
        client: &ClientId,
        now: Timestamp,
    ) -> Outcome<Poll> {
        let key = Key::device(tenant, &id.found_by);
        let code = id.raw().digest();
        devices::poll_at(&self.0, &key, &code, (client, now)).await
    }
}
