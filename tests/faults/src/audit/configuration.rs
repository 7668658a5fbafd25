//! Objects, their names, and the clients and flows that are compiled of them.

use protocol::Digest;
use serde_json::Value;

use super::Rules;
use super::grants::text;
use super::table::Table;

impl Rules<'_> {
    /// CONFIG with CONFIGNAME, CLIENT with APP, REGISTERED with its client; and no REPAIR.
    pub(super) fn configuration(&self) {
        let mut count = 0;
        for (kind, id, object) in self.table.all("CONFIG#", "") {
            for name in object
                .get("names")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                count += 1;
                let name = name.as_str().unwrap_or_default();
                let digest = Digest::of(name.as_bytes()).encode();
                let named = self
                    .table
                    .get(&format!("CONFIGNAME#{kind}#{digest}"), "CONFIGNAME");
                let its = named.and_then(|named| text(named, "object")) == Some(id);
                self.hold("an object has its names", its, || format!("{kind} {name}"));
            }
        }
        let there = self.table.all("CONFIGNAME#", "").count();
        self.hold("no name is left over", count == there, || {
            format!("{count} and {there}")
        });
        for (id, _, client) in self.table.all("CLIENT#", "CLIENT") {
            if client.get("registered").is_some() {
                let listed = self.table.get("REGISTERED", id).is_some();
                self.hold("a registered client is listed", listed, || id.to_owned());
                continue;
            }
            let slug = text(client, "slug").unwrap_or_default();
            let app = self.table.get(&format!("APP#{slug}"), "APP");
            let same = app.is_some_and(|app| said(app) == said(client));
            self.hold("a client is the same by id and by slug", same, || {
                id.to_owned()
            });
        }
        for (slug, _, app) in self.table.all("APP#", "APP") {
            let id = text(app, "client_id").unwrap_or_default();
            let there = self.table.get(&format!("CLIENT#{id}"), "CLIENT").is_some();
            self.hold("what a slug leads to is there", there, || slug.to_owned());
        }
        for (_, id, _) in self.table.all("REGISTERED", "") {
            let there = self.table.get(&format!("CLIENT#{id}"), "CLIENT").is_some();
            self.hold("what is listed as registered is there", there, || {
                id.to_owned()
            });
        }
        let repairs = self.table.all("REPAIR", "").count();
        self.hold("no repair is left", repairs == 0, || {
            format!("{repairs} repairs")
        });
    }

    /// What is compiled of the objects now is what stood there, and nothing besides.
    pub(super) fn as_compiled_anew(&self, anew: &Table) {
        for (partition, sort) in [("CLIENT#", "CLIENT"), ("APP#", "APP"), ("FLOW#", "FLOW")] {
            for (id, _, item) in self.table.all(partition, sort) {
                let now = anew.get(&format!("{partition}{id}"), sort);
                let rule = "a client or flow is what its objects make of it";
                let same = now.is_some_and(|now| said(now) == said(item));
                self.hold(rule, same, || format!("{partition}{id}"));
            }
            for (id, _, _) in anew.all(partition, sort) {
                let before = self.table.get(&format!("{partition}{id}"), sort);
                let rule = "no client or flow was missing";
                self.hold(rule, before.is_some(), || format!("{partition}{id}"));
            }
        }
    }
}

/// An item without its key.
fn said(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(all) = item.as_object_mut() {
        all.retain(|name, _| name != "pk" && name != "sk");
        all.sort_keys();
    }
    item
}
