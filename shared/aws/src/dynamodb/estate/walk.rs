//! Finds a tenant's items without a scan: through its lists, and from what is listed to what follows from it.
//!
//! What no list leads to is swept by its `ttl`: plans, requests of devices, pushed requests, links, buckets, and the marks of
//! what was used and told. A test holds this against the table: what is without `ttl` is found.

use std::collections::VecDeque;

use protocol::{ClientId, Digest, Slug, TenantId, Timestamp, UserId};
use provider::group::GroupId;
use provider::ports::{ObjectKind, Outcome, PortError};
use serde_json::Value;
use uuid::Uuid;

use super::record::Record;
use crate::dynamodb::db::Db;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{ASKED, Key, Listed, Place, SESSION};
use crate::dynamodb::users;

/// How many of a list are gone through at a time.
const PAGE: usize = 100;

/// What pictures' addresses begin with.
const MEDIA: &str = "/media/";

/// SHA-256 in base64url.
const DIGEST_CHARACTERS: usize = 43;

/// How much of a tenant is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is there for good: no sessions, codes, tokens or what is asked just now.
    Lasting {
        /// With what happened.
        events: bool,
    },
    /// That, and sessions, consents, refresh and access tokens.
    Live {
        /// With what happened.
        events: bool,
    },
    /// All that can be found.
    All,
}

/// A list.
#[derive(Clone, Debug)]
enum List {
    People,
    Tokens,
    Groups,
    Registered,
    Objects(ObjectKind),
    Hosts,
    /// Leads to nothing.
    Plain(String),
    /// In the index.
    Given(Place),
}

/// Goes through a tenant's items.
#[derive(Debug)]
pub struct Walk {
    db: Db,
    tenant: TenantId,
    extent: Extent,
    lists: VecDeque<List>,
    after: Option<String>,
    /// What was read of a page and comes next.
    next: VecDeque<Vec<Row>>,
}

/// What an entry of a list leads to.
#[derive(Debug, Default)]
struct Behind {
    /// Leads to nothing.
    last: Vec<Row>,
    /// What that was found through.
    through: Vec<Row>,
}

impl Behind {
    const fn only(last: Vec<Row>) -> Self {
        Self {
            last,
            through: Vec::new(),
        }
    }
}

impl Walk {
    pub(super) fn new(db: Db, tenant: TenantId, extent: Extent) -> Self {
        let lists = lists(&tenant, extent);
        Self {
            db,
            tenant,
            extent,
            lists,
            after: None,
            next: VecDeque::new(),
        }
    }

    /// The next items, some at a time, none of which is found through another of them; `None` where that was all.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn more(&mut self) -> Outcome<Option<Vec<Record>>> {
        if let Some(rows) = self.next.pop_front() {
            return Ok(Some(self.records(rows)));
        }
        let Some(list) = self.lists.front().cloned() else {
            return Ok(None);
        };
        if let List::Given(place) = &list {
            let rows = self.given(place).await?;
            self.lists.pop_front();
            return Ok(Some(self.records(rows)));
        }
        let family = Family {
            pk: self.partition(&list),
            prefix: String::new(),
        };
        let page = self.db.page(&family, self.after.as_deref(), PAGE).await?;
        self.after = page.next;
        if self.after.is_none() {
            self.lists.pop_front();
        }
        let mut found = Behind::default();
        for row in &page.rows {
            let behind = self.behind(&list, row).await?;
            found.last.extend(behind.last);
            found.through.extend(behind.through);
        }
        self.next.extend([found.through, page.rows]);
        Ok(Some(self.records(found.last)))
    }

    fn partition(&self, list: &List) -> String {
        let tenant = &self.tenant;
        match list {
            List::People => Key::user_number(tenant, 0).pk,
            List::Tokens => Key::listed_token(tenant, "").pk,
            List::Groups => Key::listed_group(tenant, "", GroupId(Uuid::nil())).pk,
            List::Registered => Key::registered_all(tenant),
            List::Objects(kind) => Key::config(tenant, *kind, "").pk,
            List::Hosts => Key::host_of(tenant, "").pk,
            List::Plain(pk) => pk.clone(),
            List::Given(place) => place.lpk.clone(),
        }
    }

    fn records(&self, rows: Vec<Row>) -> Vec<Record> {
        let wanted = rows.into_iter().filter(|row| self.wants(row));
        wanted.map(Record).collect()
    }

    fn wants(&self, row: &Row) -> bool {
        let Key { pk, sk } = row.key();
        if !pk.contains("#USER#") {
            return true;
        }
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| sk.starts_with(prefix));
        let asked = begins(&[
            ASKED,
            "ASKEDLETTERS#",
            "ASKEDBY#",
            "ASKEDCOUNT#",
            "DEVICECODES#",
        ]);
        let live = begins(&[SESSION, "REMEMBERED#"]);
        match self.extent {
            Extent::Lasting { .. } => !asked && !live,
            Extent::Live { .. } => !asked,
            Extent::All => true,
        }
    }

    async fn behind(&self, list: &List, row: &Row) -> Outcome<Behind> {
        let tenant = &self.tenant;
        let Key { sk, .. } = row.key();
        match list {
            List::People => self.person(row).await,
            List::Tokens => self.token(&sk).await,
            List::Groups => self.group(&sk).await,
            List::Registered => {
                let id = ClientId::parse(&sk).ok();
                let key = id.map(|id| Key::client(tenant, &id));
                let client = self.db.get_many(key.as_slice()).await?;
                Ok(Behind::only(client))
            }
            List::Objects(kind) => self.object(*kind, row).await,
            List::Hosts => {
                let mut through = self.db.get_many(&[Key::host(&sk)]).await?;
                through.retain(|row| row.text("id") == Some(tenant.as_str()));
                let seen = through.first().map(pictures).transpose()?;
                let media = self.media(&seen.unwrap_or_default()).await?;
                Ok(Behind {
                    last: media,
                    through,
                })
            }
            List::Plain(_) | List::Given(_) => Ok(Behind::default()),
        }
    }

    /// All of a person, with the names and credentials that lead to them.
    async fn person(&self, entry: &Row) -> Outcome<Behind> {
        let id = entry.text("user").and_then(|id| Uuid::parse_str(id).ok());
        let id = UserId(id.ok_or_else(|| misplaced(entry))?);
        let family = Family::beside(Key::user(&self.tenant, id), "");
        let all = self.db.first(&family, usize::MAX).await?;
        let mut keys = Vec::new();
        for row in &all {
            let Key { sk, .. } = row.key();
            if sk == "USER" {
                let user = users::read(row.clone())?;
                let names = users::logins(&user.subject);
                keys.extend(names.iter().map(|name| Key::login(&self.tenant, name)));
            }
            let webauthn = row.0.get("webauthn").and_then(|it| it.as_m().ok());
            let credential = webauthn.and_then(|it| it.get("credential")?.as_s().ok());
            keys.extend(credential.map(|id| Key::credential(&self.tenant, id)));
        }
        let mut last = self.db.get_many(&keys).await?;
        // A name may have passed to somebody else by now, who leads to it.
        last.retain(|row| row.text("user") == Some(&id.to_string()));
        let through = all;
        Ok(Behind { last, through })
    }

    async fn token(&self, name: &str) -> Outcome<Behind> {
        let named = Key::user_token_named(&self.tenant, name);
        let Some(named) = self.db.get(&named).await? else {
            return Ok(Behind::default());
        };
        let digest = named.text("token").and_then(Digest::decode);
        let digest = digest.ok_or_else(|| misplaced(&named))?;
        let last = Vec::from_iter(self.db.get(&Key::user_token(&self.tenant, &digest)).await?);
        let through = vec![named];
        Ok(Behind { last, through })
    }

    async fn group(&self, entry: &str) -> Outcome<Behind> {
        let id = entry.rsplit_once('#').map_or("", |(_, id)| id);
        let Ok(id) = Uuid::parse_str(id) else {
            return Ok(Behind::default());
        };
        let family = Family::beside(Key::group(&self.tenant, GroupId(id)), "");
        let all = self.db.first(&family, usize::MAX).await?;
        let name = all.iter().find_map(|row| row.text("name"));
        let key = name.map(|name| Key::group_name(&self.tenant, name));
        let last = self.db.get_many(key.as_slice()).await?;
        let through = all;
        Ok(Behind { last, through })
    }

    /// The names of an object, what is compiled of it, and its pictures.
    async fn object(&self, kind: ObjectKind, row: &Row) -> Outcome<Behind> {
        let tenant = &self.tenant;
        let names = row.0.get("names").and_then(|names| names.as_l().ok());
        let names = names.into_iter().flatten().filter_map(|it| it.as_s().ok());
        let mut keys: Vec<Key> = names
            .map(|name| Key::config_name(tenant, kind, name))
            .collect();
        let object: Value = row
            .text("object")
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| misplaced(row))?;
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let slug = || Slug::parse(text("slug")?).ok();
        match kind {
            ObjectKind::Provider => {
                let id = text("client_id").and_then(|id| ClientId::parse(id).ok());
                keys.extend(id.map(|id| Key::client(tenant, &id)));
            }
            ObjectKind::Application => keys.extend(slug().map(|slug| Key::app(tenant, &slug))),
            ObjectKind::Flow => keys.extend(slug().map(|slug| Key::flow(tenant, &slug))),
            ObjectKind::Binding
            | ObjectKind::Mapping
            | ObjectKind::Policy
            | ObjectKind::Source
            | ObjectKind::Key
            | ObjectKind::Stage
            | ObjectKind::FlowStageBinding
            | ObjectKind::Prompt => {}
        }
        let mut rows = self.db.get_many(&keys).await?;
        rows.extend(self.media(&pictures(row)?).await?);
        Ok(Behind::only(rows))
    }

    async fn media(&self, digests: &[Digest]) -> Outcome<Vec<Row>> {
        let keys: Vec<Key> = digests
            .iter()
            .map(|digest| Key::media(&self.tenant, digest))
            .collect();
        self.db.get_many(&keys).await
    }

    /// What stands at a place of the index: whole, or where all of it goes away, by its key alone.
    async fn given(&self, place: &Place) -> Outcome<Vec<Row>> {
        let found = self.db.listed(std::slice::from_ref(place)).await?;
        let keys: Vec<Key> = found.iter().map(Row::key).collect();
        if self.extent == Extent::All {
            return Ok(found);
        }
        let mut rows = self.db.get_many(&keys).await?;
        // A code that was not redeemed yet: it could be redeemed twice, at both places.
        rows.retain(|row| row.text("state") != Some("pending"));
        Ok(rows)
    }
}

/// In this order: what leads to other things before what these need to be found again.
fn lists(tenant: &TenantId, extent: Extent) -> VecDeque<List> {
    let plain = |key: Key| List::Plain(key.pk);
    let mut lists = VecDeque::from([List::Tokens, List::People, List::Groups, List::Registered]);
    if !matches!(extent, Extent::Lasting { .. }) {
        for kind in [Listed::Token, Listed::Grant] {
            lists.extend(Place::all(tenant, kind).into_iter().map(List::Given));
        }
    }
    lists.extend(ObjectKind::ALL.map(List::Objects));
    lists.extend([
        plain(Key::user_folder(tenant, "", 0)),
        plain(Key::invitation(tenant, Uuid::nil())),
        plain(Key::group_errand(tenant, GroupId(Uuid::nil()))),
        plain(Key::documents_at(tenant)),
        plain(Key::repair(tenant, "")),
        plain(Key::config_revision(tenant)),
        plain(Key::user_counter(tenant)),
    ]);
    let events = match extent {
        Extent::Lasting { events } | Extent::Live { events } => events,
        Extent::All => true,
    };
    if events {
        lists.push_back(plain(Key::event(
            tenant,
            Timestamp::from_unix(0),
            Uuid::nil(),
        )));
    }
    if extent == Extent::All {
        lists.push_back(plain(Key::restoring(tenant)));
    }
    lists.push_back(List::Hosts);
    lists
}

/// The pictures that an item names.
fn pictures(row: &Row) -> Outcome<Vec<Digest>> {
    let line = Record(row.clone()).to_line()?;
    let after = line.split(MEDIA).skip(1);
    let digests = after.filter_map(|rest| Digest::decode(rest.get(..DIGEST_CHARACTERS)?));
    let mut digests: Vec<Digest> = digests.collect();
    digests.sort_by_key(Digest::encode);
    digests.dedup();
    Ok(digests)
}

fn misplaced(row: &Row) -> PortError {
    PortError::Corrupt(format!("{}: does not say what it is of", row.key()))
}
