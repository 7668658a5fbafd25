//! What stands in a user's partition beside them: sessions, consents, and which tokens are theirs.

use std::collections::BTreeMap;

use protocol::{TenantId, Timestamp, UserId};
use provider::ports::{Outcome, PortError, UserToken};
use provider::session::{Consent, Session};
use provider::user::User;

use crate::dynamodb::authenticators;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, text, value};
use crate::dynamodb::schema::{CONSENT, Key, OWNED_TOKEN, SESSION};
use crate::dynamodb::user_tokens::Name;

/// So many are listed.
const MOST_LISTED: usize = 100;

/// So many are read to find them. Those that are over stand there until they are swept.
const MOST_READ: usize = 1_000;

/// So many leftovers of an account are swept away with it; each is found to be useless wherever it is used.
const MOST_SWEPT: usize = 2_000;

fn family(tenant: &TenantId, user: UserId, prefix: &str) -> Family {
    Family::beside(Key::user(tenant, user), prefix)
}

/// Live and of the user's generation, newest first.
pub(crate) async fn sessions(
    db: &Db,
    tenant: &TenantId,
    user: &User,
    now: Timestamp,
) -> Outcome<Vec<Session>> {
    let subject = &user.subject;
    let rows = db
        .first(&family(tenant, subject.id, SESSION), MOST_READ)
        .await?;
    let sessions: Outcome<Vec<Session>> = rows.into_iter().map(Row::read).collect();
    let mut sessions = sessions?;
    sessions.retain(|it| it.live_at(now) && it.generation == subject.generation);
    sessions.sort_by_key(|it| (std::cmp::Reverse(it.auth_time), it.id));
    sessions.truncate(MOST_LISTED);
    Ok(sessions)
}

/// Part of all that are live and of the user's generation, in no order that means anything, and after which sort key the
/// next part begins.
pub(crate) async fn some_sessions(
    db: &Db,
    (tenant, user): (&TenantId, &User),
    after: Option<&str>,
    now: Timestamp,
) -> Outcome<(Vec<Session>, Option<String>)> {
    let family = family(tenant, user.subject.id, SESSION);
    let page = db.page(&family, after, MOST_LISTED).await?;
    let sessions: Outcome<Vec<Session>> = page.rows.into_iter().map(Row::read).collect();
    let mut sessions = sessions?;
    sessions.retain(|it| it.live_at(now) && it.generation == user.subject.generation);
    Ok((sessions, page.next))
}

/// Not expired, in order of client ids.
pub(crate) async fn consents(
    db: &Db,
    tenant: &TenantId,
    user: UserId,
    now: Timestamp,
) -> Outcome<Vec<Consent>> {
    let rows = db.first(&family(tenant, user, CONSENT), MOST_READ).await?;
    let consents: Outcome<Vec<Consent>> = rows.into_iter().map(Row::read).collect();
    let mut consents = consents?;
    consents.retain(|it| it.expires.is_none_or(|expires| now < expires));
    consents.truncate(MOST_LISTED);
    Ok(consents)
}

/// In order of identifiers.
pub(crate) async fn tokens(db: &Db, tenant: &TenantId, user: UserId) -> Outcome<Vec<UserToken>> {
    let listed = db
        .first(&family(tenant, user, OWNED_TOKEN), MOST_LISTED)
        .await?;
    let keys = listed.into_iter().map(|row| {
        let name: Name = row.read()?;
        Ok(Key::user_token(tenant, &name.token))
    });
    let keys = keys.collect::<Outcome<Vec<Key>>>()?;
    let rows = db.get_many(&keys).await?;
    let tokens: Outcome<Vec<UserToken>> = rows.into_iter().map(Row::read).collect();
    let mut tokens = tokens?;
    tokens.retain(|token| token.user == user);
    tokens.sort_by(|a, b| a.identifier.cmp(&b.identifier));
    Ok(tokens)
}

/// The changes that remove a token iff it is still this one.
pub(crate) fn token_removal(tenant: &TenantId, token: &UserToken) -> Outcome<Vec<Change>> {
    let named = Expression::when("#token = :token").value(":token", value(&token.id)?);
    let theirs = Expression::when("#user = :user AND #identifier = :identifier")
        .value(":user", value(&token.user)?)
        .value(":identifier", text(&token.identifier));
    Ok(vec![
        Change::Delete(Key::user_token(tenant, &token.id), theirs),
        Change::Delete(Key::user_token_name(tenant, &token.identifier), named),
        Change::Delete(
            Key::owned_token(tenant, token.user, &token.identifier),
            Expression::default(),
        ),
        Change::Delete(
            Key::listed_token(tenant, &token.identifier),
            Expression::default(),
        ),
    ])
}

/// Removes what an account that is gone has left, first its sessions. What cannot be removed now stays: nothing of it
/// is good without its account, and most of it has an end.
pub(crate) async fn sweep(db: &Db, tenant: &TenantId, user: UserId) {
    for prefix in [SESSION, ""] {
        if let Err(error) = sweep_family(db, tenant, user, prefix).await {
            tracing::warn!(event = "leftovers_stay", user = %user, %error, "an account is gone, and not all of its items");
        }
    }
}

async fn sweep_family(
    db: &Db,
    tenant: &TenantId,
    user: UserId,
    prefix: &str,
) -> Result<(), PortError> {
    let rows = db.first(&family(tenant, user, prefix), MOST_SWEPT).await?;
    // By key: a token that was given another name would be met twice, and a transaction takes a key once.
    let mut gone = BTreeMap::new();
    for row in rows {
        let key = row.key();
        let credential = authenticators::credential_of(tenant, &row);
        gone.extend(credential.map(|key| (key.to_string(), key)));
        if let Some(name) = key.sk.strip_prefix(OWNED_TOKEN) {
            let token: Name = row.read()?;
            let digests = [
                Key::user_token(tenant, &token.token),
                Key::user_token_named(tenant, name),
                Key::listed_token_named(tenant, name),
            ];
            gone.extend(digests.map(|key| (key.to_string(), key)));
        }
        gone.insert(key.to_string(), key);
    }
    let changes = gone
        .into_values()
        .map(|key| Change::Delete(key, Expression::default()));
    db.make_all("sweep", changes.collect()).await
}
