//! [`AskingStore`]: requests lie where those of devices lie; `USER#<uuid>/ASKED#<end>#<digest>` leads a person to theirs
//! while they wait.

use async_trait::async_trait;
use protocol::{ClientId, Digest, TenantId, Timestamp, UserId};
use provider::asking::{Asked, AuthReqId, BY_CLIENT, LETTERS, MOST_WAITING, OF_PERSON};
use provider::device::{Device, REMEMBERED};
use provider::ports::{Asking, AskingStore, Outcome, Poll, PortError};
use serde::{Deserialize, Serialize};

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::devices::{self, one_more};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, moment, number};
use crate::dynamodb::schema::{ASKED, FORM, Key};

pub(crate) struct Askings(pub(crate) Db);

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
            &Key::asked(tenant, asked.user, device.expires, &found_by),
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

    #[tracing::instrument(name = "store.askings.letter", level = "debug", skip_all)]
    async fn letter(
        &self,
        tenant: &TenantId,
        user: UserId,
        until: Timestamp,
        now: Timestamp,
    ) -> Outcome<bool> {
        let end = LETTERS.window_end(now);
        let silent = "(attribute_not_exists(#until) OR #until <= :now) \
                      AND (attribute_not_exists(#count) OR #count < :most)";
        let told = Expression::when(silent)
            .then("SET #until = :until, #ttl = :end, #v = :form ADD #count :one")
            .value(":now", moment(now))
            .value(":most", number(LETTERS.most.into()))
            .value(":until", moment(until))
            .value(":end", moment(end))
            .value(":form", number(FORM.into()))
            .value(":one", number(1));
        // Where an answer is lost, the second try finds the first one's note and no letter is sent: the page is there.
        let key = Key::asked_letters(tenant, user, end);
        Ok(self.0.update(&key, told).await?.is_some())
    }

    #[tracing::instrument(name = "store.askings.waiting", level = "debug", skip_all)]
    async fn waiting(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Device>> {
        let family = Family::beside(Key::user(tenant, user), ASKED);
        let over = format!("{ASKED}{now}#~"); // past all that end now or have ended
        let leads = self.0.page(&family, Some(&over), MOST_WAITING).await?.rows;
        let leads = leads.into_iter().map(Row::read::<Lead>);
        let keys: Vec<Key> = leads
            .map(|lead| lead.map(|lead| Key::device(tenant, &lead.found_by)))
            .collect::<Outcome<_>>()?;
        let found = self.0.get_many(&keys).await?.into_iter();
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

/// What an answer changes beside the request: it waits no longer, counts no longer, and the next one is worth a letter.
pub(super) fn answered(
    tenant: &TenantId,
    device: &Device,
    asked: &Asked,
    now: Timestamp,
) -> Vec<Change> {
    let user = asked.user;
    let lead = Key::asked(tenant, user, device.expires, &device.user_code);
    let (day, by_client, of_person) = (
        LETTERS.window_end(now),
        BY_CLIENT.window_end(asked.at),
        OF_PERSON.window_end(asked.at),
    );
    let quiet = Expression::update("SET #ttl = :end, #v = :form REMOVE #until")
        .value(":end", moment(day))
        .value(":form", number(FORM.into()));
    let mut changes = vec![
        Change::Delete(lead, Expression::default()),
        Change::Update(Key::asked_letters(tenant, user, day), quiet),
    ];
    let counts = [
        (
            Key::asked_by(tenant, user, &device.client_id, by_client),
            by_client,
        ),
        (Key::asked_count(tenant, user, of_person), of_person),
    ];
    let current = counts.into_iter().filter(|(_, end)| now < *end);
    changes.extend(current.map(|(key, end)| Change::Update(key, one_less(end))));
    changes
}

/// One that was counted counts no longer. It is given back with the change that takes a request out of those that wait, and
/// so once.
fn one_less(end: Timestamp) -> Expression {
    Expression::update("SET #ttl = :end, #v = :form ADD #count :less")
        .value(":end", moment(end))
        .value(":form", number(FORM.into()))
        .value(":less", number(-1))
}
