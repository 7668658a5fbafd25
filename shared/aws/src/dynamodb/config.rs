//! [`ConfigStore`]: `CONFIG#<kind>/<id>`, found by name through
//! `CONFIGNAME#<kind>#<digest>/CONFIGNAME`; `CONFIG/REVISION` guards them all.

use async_trait::async_trait;
use protocol::{Slug, TenantId};
use provider::ports::{
    ClientEdit, Commit, Committed, ConfigStore, Document, DocumentEdit, DocumentPage, FlowEdit,
    ObjectKind, Outcome, PortError, Repair,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::dynamodb::compiled;
use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::registry;
use crate::dynamodb::row::{Row, count};
use crate::dynamodb::schema::{Key, field};

pub(crate) struct Configs(pub(crate) Db);

/// An object as an item. It is text, as JSON nests deeper and counts further than a table's values do.
#[derive(Serialize, Deserialize)]
struct Item {
    version: u64,
    names: Vec<String>,
    object: String,
}

/// Whose name it is.
#[derive(Serialize, Deserialize)]
struct Name {
    object: String,
}

#[derive(Serialize, Deserialize)]
struct Revision {
    revision: u64,
}

#[derive(Serialize, Deserialize)]
struct Left {
    providers: Vec<u64>,
    #[serde(default)]
    flows: Vec<Slug>,
}

/// A query ends early at 1 MB. What is surely less and fewer than asked for is all there is.
const SURELY_ALL_BYTES: usize = 700_000;

/// How many changes may be left to finish at once; each save finishes them all first.
const MOST_REPAIRS: u32 = 100;

#[async_trait]
impl ConfigStore for Configs {
    #[tracing::instrument(name = "store.config.revision", level = "debug", skip_all)]
    async fn revision(&self, tenant: &TenantId) -> Outcome<u64> {
        let row = self.0.get(&Key::config_revision(tenant)).await?;
        row.map_or(Ok(0), |row| Ok(row.read::<Revision>()?.revision))
    }

    #[tracing::instrument(name = "store.config.get", level = "debug", skip_all)]
    async fn get(
        &self,
        tenant: &TenantId,
        kind: ObjectKind,
        id: &str,
    ) -> Outcome<Option<Document>> {
        let row = self.0.get(&Key::config(tenant, kind, id)).await?;
        row.map(|row| read(kind, row)).transpose()
    }

    #[tracing::instrument(name = "store.config.by_name", level = "debug", skip_all)]
    async fn by_name(
        &self,
        tenant: &TenantId,
        kind: ObjectKind,
        name: &str,
    ) -> Outcome<Option<Document>> {
        let Some(row) = self.0.get(&Key::config_name(tenant, kind, name)).await? else {
            return Ok(None);
        };
        let found = self.get(tenant, kind, &row.read::<Name>()?.object).await?;
        // Renamed between the two reads: the name is no longer its own.
        Ok(found.filter(|document| document.names.iter().any(|its| its == name)))
    }

    #[tracing::instrument(name = "store.config.list", level = "debug", skip_all)]
    async fn list(
        &self,
        tenant: &TenantId,
        kind: ObjectKind,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<DocumentPage> {
        let part = Part {
            pk: &Key::config(tenant, kind, "").pk,
            after,
            limit: limit.max(1),
        };
        let rows = self.0.query(&part).await?;
        let bytes: usize = rows
            .iter()
            .map(|row| row.text("object").map_or(0, str::len) + 1_000)
            .sum();
        let all = rows.len() < part.limit as usize && bytes < SURELY_ALL_BYTES;
        let last = rows.last().map(|row| row.key().sk);
        let documents = rows.into_iter().map(|row| read(kind, row));
        Ok(DocumentPage {
            documents: documents.collect::<Outcome<_>>()?,
            next: last.filter(|_| !all),
        })
    }

    #[tracing::instrument(name = "store.config.next_provider_pk", level = "debug", skip_all)]
    async fn next_provider_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        registry::next(&self.0, &Key::provider_counter(tenant)).await
    }

    #[tracing::instrument(name = "store.config.commit", level = "debug", skip_all)]
    async fn commit(&self, tenant: &TenantId, commit: &Commit) -> Outcome<Committed> {
        let mut changes = vec![moved_on(tenant, commit.revision)?];
        let taken: Vec<(ObjectKind, &String)> = commit.documents.iter().flat_map(names).collect();
        for edit in &commit.documents {
            document_changes(tenant, edit, &taken, &mut changes)?;
        }
        compiled::clients(tenant, &commit.clients, &mut changes)?;
        compiled::flows(tenant, &commit.flows, &mut changes)?;
        if let Some(repair) = &commit.repair {
            let left = Left {
                providers: repair.providers.clone(),
                flows: repair.flows.clone(),
            };
            let row = Row::write(&Key::repair(tenant, &repair.id.to_string()), &left)?;
            changes.push(Change::Put(row, Expression::default()));
        }
        for event in &commit.events {
            changes.push(events::change(tenant, event)?);
        }
        self.all_or_none("commit_config", changes).await
    }

    #[tracing::instrument(name = "store.config.repairs", level = "debug", skip_all)]
    async fn repairs(&self, tenant: &TenantId) -> Outcome<Vec<Repair>> {
        let part = Part {
            pk: &Key::repair(tenant, "").pk,
            after: None,
            limit: MOST_REPAIRS,
        };
        let rows = self.0.query(&part).await?.into_iter();
        rows.map(|row| {
            let key = row.key();
            let id = Uuid::parse_str(&key.sk)
                .map_err(|_| PortError::Corrupt(format!("{key}: is no repair")))?;
            let Left { providers, flows } = row.read()?;
            Ok(Repair {
                id,
                providers,
                flows,
            })
        })
        .collect()
    }

    #[tracing::instrument(name = "store.config.repair", level = "debug", skip_all)]
    async fn repair(
        &self,
        tenant: &TenantId,
        revision: u64,
        clients: &[ClientEdit],
        flows: &[FlowEdit],
    ) -> Outcome<Committed> {
        let mut changes = vec![Change::Check(Key::config_revision(tenant), at(revision))];
        compiled::clients(tenant, clients, &mut changes)?;
        compiled::flows(tenant, flows, &mut changes)?;
        self.all_or_none("repair_config", changes).await
    }

    #[tracing::instrument(name = "store.config.repaired", level = "debug", skip_all)]
    async fn repaired(&self, tenant: &TenantId, id: Uuid) -> Outcome<()> {
        self.0.delete(&Key::repair(tenant, &id.to_string())).await
    }
}

impl Configs {
    async fn all_or_none(&self, op: &'static str, changes: Vec<Change>) -> Outcome<Committed> {
        Ok(match self.0.transact(op, changes).await? {
            Ok(()) => Committed::Done,
            Err(_) => Committed::Moved,
        })
    }
}

/// Counts the revision on, as long as nobody else has.
pub(crate) fn moved_on(tenant: &TenantId, revision: u64) -> Outcome<Change> {
    let next = Revision {
        revision: revision + 1,
    };
    let row = Row::write(&Key::config_revision(tenant), &next)?;
    Ok(Change::Put(row, at(revision)))
}

/// As long as nobody has changed configuration since.
fn at(revision: u64) -> Expression {
    match revision {
        0 => Expression::when("attribute_not_exists(#pk)"),
        _ => Expression::when("#revision = :revision").value(":revision", count(revision)),
    }
}

fn read(kind: ObjectKind, row: Row) -> Outcome<Document> {
    let key = row.key();
    let item: Item = row.read()?;
    let body: Value = serde_json::from_str(&item.object)
        .map_err(|_| PortError::Corrupt(format!("{key}: its object is no JSON")))?;
    Ok(Document {
        kind,
        id: key.sk,
        version: item.version,
        names: item.names,
        body,
    })
}

fn names(edit: &DocumentEdit) -> Vec<(ObjectKind, &String)> {
    match edit {
        DocumentEdit::Put { document, .. } => {
            let names = document.names.iter();
            names.map(|name| (document.kind, name)).collect()
        }
        DocumentEdit::Remove(_) => Vec::new(),
    }
}

/// An object over the version that was read, with its names; the names it gave up are free, unless another
/// takes one of them in the same commit.
fn document_changes(
    tenant: &TenantId,
    edit: &DocumentEdit,
    taken: &[(ObjectKind, &String)],
    changes: &mut Vec<Change>,
) -> Outcome<()> {
    let former = match edit {
        DocumentEdit::Put { document, previous } => {
            put_document(tenant, document, previous.as_ref(), changes)?;
            previous.as_ref()
        }
        DocumentEdit::Remove(former) => {
            let key = Key::config(tenant, former.kind, &former.id);
            changes.push(Change::Delete(key, over(Some(former))));
            Some(former)
        }
    };
    if let Some(former) = former {
        let free = former
            .names
            .iter()
            .filter(|name| !taken.contains(&(former.kind, name)));
        let keys = free.map(|name| Key::config_name(tenant, former.kind, name));
        changes.extend(keys.map(|key| Change::Delete(key, Expression::default())));
    }
    Ok(())
}

fn put_document(
    tenant: &TenantId,
    document: &Document,
    previous: Option<&Document>,
    changes: &mut Vec<Change>,
) -> Outcome<()> {
    let item = Item {
        version: document.version,
        names: document.names.clone(),
        object: document.body.to_string(),
    };
    let key = Key::config(tenant, document.kind, &document.id);
    changes.push(Change::Put(Row::write(&key, &item)?, over(previous)));
    for name in &document.names {
        let key = Key::config_name(tenant, document.kind, name);
        let name = Name {
            object: document.id.clone(),
        };
        // Whoever holds the revision has seen that it is free; a condition would forbid two to swap names.
        changes.push(Change::Put(Row::write(&key, &name)?, Expression::default()));
    }
    Ok(())
}

fn over(previous: Option<&Document>) -> Expression {
    match previous {
        None => Expression::when("attribute_not_exists(#pk)"),
        Some(previous) => {
            let version = format!("#{} = :version", field::VERSION);
            Expression::when(version).value(":version", count(previous.version))
        }
    }
}
