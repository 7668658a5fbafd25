//! To bring a tenant back. All of it is written under the condition that the mark of this file stands, which goes with what opens
//! the tenant: so nothing is ever written over one that is served.

use aws_sdk_dynamodb::types::AttributeValue;
use protocol::{TenantId, Timestamp};
use provider::event::Event;
use provider::ports::Outcome;
use serde::Serialize;

use super::ahead::brought_back;
use super::{Estate, Founded, Record, is_failed, once};
use crate::dynamodb::db::{Change, Part};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, text};
use crate::dynamodb::schema::Key;
use crate::dynamodb::tenant_list;

/// How many items are written in one transaction; it takes 100.
const AT_ONCE: usize = 90;

/// How many bytes of lines; a transaction takes 4 MB of items.
const BYTES_AT_ONCE: usize = 3_000_000;

/// That a tenant is being written back, and from which file.
#[derive(Serialize)]
struct Restoring<'a> {
    checksum: &'a str,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Items may be brought.
    Yes,
    /// Everything is there, and some of the hosts: nothing but the others may be written.
    Opening,
}

impl Estate {
    /// Marks an empty place as the one where this file goes; the same file may go on where it was cut off.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn begin(
        &self,
        tenant: &TenantId,
        hosts: &[String],
        checksum: &str,
    ) -> Outcome<Founded> {
        let key = Key::restoring(tenant);
        let mark = self.db.get(&key).await?;
        let ours = mark.is_some_and(|row| row.text("checksum") == Some(checksum));
        if !ours && (self.is_listed(tenant).await? || self.has_something(tenant).await?) {
            return Ok(Founded::Exists);
        }
        for host in hosts {
            match self.owner(host).await? {
                None => {}
                Some(owner) if ours && owner == *tenant => {}
                Some(_) => return Ok(Founded::HostTaken),
            }
        }
        if ours {
            return Ok(Founded::Done);
        }
        let row = Row::write(&key, &Restoring { checksum })?;
        let free = Expression::when("attribute_not_exists(#pk)");
        let unlisted = Change::Check(Key::tenant(tenant.as_str()), free.clone());
        let changes = vec![Change::Put(row, free), unlisted];
        let done = self.db.transact("begin_restore", changes).await?;
        Ok(done.map_or(Founded::Exists, |()| Founded::Done))
    }

    /// How far the restore of this file is; `None`: it was not begun, or is over.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn begun(&self, tenant: &TenantId, checksum: &str) -> Outcome<Option<Begun>> {
        let mark = self.db.get(&Key::restoring(tenant)).await?;
        let mark = mark.filter(|row| row.text("checksum") == Some(checksum));
        Ok(mark.map(|row| match row.0.get("opening") {
            Some(_) => Begun::Opening,
            None => Begun::Yes,
        }))
    }

    /// Whether a restore of it, from any file, was begun and is not over.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn is_restoring(&self, tenant: &TenantId) -> Outcome<bool> {
        Ok(self.db.get(&Key::restoring(tenant)).await?.is_some())
    }

    /// Writes items back, but counts further than they may have gone since; `false`: the restore of this file was not begun, or the
    /// tenant opens already.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn bring(
        &self,
        tenant: &TenantId,
        (checksum, now): (&str, Timestamp),
        records: &[Record],
    ) -> Outcome<bool> {
        let closed = "#checksum = :checksum AND attribute_not_exists(#opening)";
        let closed = Expression::when(closed).value(":checksum", text(checksum));
        let begun = || vec![Change::Check(Key::restoring(tenant), closed.clone())];
        let (mut changes, mut bytes) = (begun(), 0);
        for record in once(records) {
            let more = record.to_line()?.len();
            if changes.len() > AT_ONCE || (bytes > 0 && bytes + more > BYTES_AT_ONCE) {
                let full = std::mem::replace(&mut changes, begun());
                if self.db.transact("restore_items", full).await?.is_err() {
                    return Ok(false);
                }
                bytes = 0;
            }
            bytes += more;
            let row = brought_back(&record.0, tenant, now);
            changes.push(Change::Put(row, Expression::default()));
        }
        Ok(self.db.transact("restore_items", changes).await?.is_ok())
    }

    /// Writes its hosts, which opens it, takes the mark away and puts it on the list: in one transaction, but for hosts beyond
    /// the first 90, which follow a mark that nothing else may be written any more. A host that it has already stays as it is.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn finish(
        &self,
        tenant: &TenantId,
        (checksum, hosts): (&str, &[Record]),
        event: &Event,
    ) -> Outcome<Founded> {
        let key = Key::restoring(tenant);
        let ours = Expression::when("#checksum = :checksum").value(":checksum", text(checksum));
        let mut left = Vec::new();
        for (name, record) in hosts.iter().filter_map(|it| Some((it.host()?.0, it))) {
            if self.owner(&name).await?.as_ref() != Some(tenant) {
                left.push(record);
            }
        }
        let (early, last) = left.split_at(left.len().saturating_sub(AT_ONCE));
        for some in early.chunks(AT_ONCE) {
            let mark = ours.clone().then("SET #opening = :opening");
            let mark = mark.value(":opening", AttributeValue::Bool(true));
            let changes = vec![Change::Update(key.clone(), mark)];
            match self.open(changes, some).await? {
                Founded::Done => {}
                refused @ (Founded::Exists | Founded::HostTaken | Founded::Moved) => {
                    return Ok(refused);
                }
            }
        }
        let changes = vec![
            Change::Delete(key, ours),
            tenant_list::listed(tenant)?,
            events::change(tenant, event)?,
        ];
        self.open(changes, last).await
    }

    async fn open(&self, mut changes: Vec<Change>, hosts: &[&Record]) -> Outcome<Founded> {
        let free = Expression::when("attribute_not_exists(#pk)");
        let hosts = hosts.iter().map(|host| host.0.clone());
        changes.extend(hosts.map(|row| Change::Put(row, free.clone())));
        let done = self.db.transact("restore_hosts", changes).await?;
        Ok(match done.err() {
            None => Founded::Done,
            Some(checks) if checks.first().is_some_and(is_failed) => Founded::Exists,
            Some(_) => Founded::HostTaken,
        })
    }

    /// Whether anything stands in its name: configuration, people or hosts, or the mark of a restore.
    ///
    /// # Errors
    /// [`PortError`](provider::ports::PortError).
    pub async fn has_something(&self, tenant: &TenantId) -> Outcome<bool> {
        for pk in [
            Key::config_revision(tenant).pk,
            Key::user_number(tenant, 0).pk,
            Key::host_of(tenant, "").pk,
        ] {
            let part = Part {
                pk: &pk,
                after: None,
                limit: 1,
            };
            if !self.db.query(&part).await?.is_empty() {
                return Ok(true);
            }
        }
        self.is_restoring(tenant).await
    }
}
