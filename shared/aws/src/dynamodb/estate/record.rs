//! An item as a line of a file: DynamoDB's own JSON.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use protocol::TenantId;
use provider::ports::{Outcome, PortError};
use provider::tenant::Tenant;
use serde_dynamo::Item;
use serde_json::{Map, Value};

use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{Key, LPK, PK, SK};

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(pub(crate) Row);

impl Record {
    /// As one line, without its end.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn to_line(&self) -> Outcome<String> {
        let item = Item::from(self.0.0.clone());
        let broken = |_| PortError::Corrupt(format!("{}: cannot be written", self.0.key()));
        serde_json::to_string(&item).map_err(broken)
    }

    /// From such a line; `None` where it is none, or has no key.
    pub fn from_line(line: &str) -> Option<Self> {
        let item: Item = serde_json::from_str(line).ok()?;
        let row = Row(HashMap::<String, AttributeValue>::from(item));
        let has_key = row.text(PK).is_some() && row.text(SK).is_some();
        has_key.then_some(Self(row))
    }

    /// Its partition and sort key, as in the log.
    pub fn place(&self) -> String {
        self.0.key().to_string()
    }

    /// Whether it stands under this tenant, and in its lists alone: in its own partitions, or as one of its hosts.
    pub fn is_of(&self, tenant: &TenantId) -> bool {
        let own = format!("T#{tenant}#");
        let listed = self.0.0.get(LPK);
        let in_own_lists =
            listed.is_none_or(|lpk| lpk.as_s().is_ok_and(|lpk| lpk.starts_with(&own)));
        let is_host = || self.host().is_some_and(|(_, its)| its.id == *tenant);
        in_own_lists && (self.0.key().pk.starts_with(&own) || is_host())
    }

    /// The host it is, and the tenant as it is there.
    pub fn host(&self) -> Option<(String, Tenant)> {
        let key = self.0.key();
        let host = key.pk.strip_prefix("HOST#")?.to_owned();
        if key != Key::host(&host) {
            return None;
        }
        Some((host, self.0.clone().read().ok()?))
    }

    /// What the client that it is as compiled, or as it registered, keeps of keys and secrets: members of an object. `None`: it is
    /// no client. What strangers or administrators wrote freely is not looked at.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it cannot be read.
    pub fn client(&self) -> Outcome<Option<Value>> {
        const KEEP: [&str; 5] = [
            "signing",
            "further_keys",
            "encryption_key",
            "shared_secret",
            "secret",
        ];
        let key = self.0.key();
        if !matches!(key.sk.as_str(), "CLIENT" | "APP") {
            return Ok(None);
        }
        let corrupt = |_| PortError::Corrupt(format!("{key}: is no client"));
        let mut client: Map<String, Value> = match self.0.text("registered") {
            Some(text) => serde_json::from_str(text).map_err(corrupt)?,
            None => self.0.clone().read()?,
        };
        client.retain(|name, _| KEEP.contains(&name.as_str()));
        Ok(Some(Value::Object(client)))
    }

    /// The object of configuration that it is: its kind and its JSON.
    pub fn object(&self) -> Option<(String, Value)> {
        let Key { pk, .. } = self.0.key();
        let (_, kind) = pk.split_once("#CONFIG#")?;
        let object = serde_json::from_str(self.0.text("object")?).ok()?;
        Some((kind.to_owned(), object))
    }
}
