//! Looks for what an entry describes and names.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use uuid::Uuid;

use super::{DEFAULT_BRAND, place, text};
use crate::blueprint::diff::alike;
use crate::blueprint::models::{self, Home, Model};
use crate::blueprint::run::{Run, Said, Stop};
use crate::blueprint::tags::Query;
use crate::blueprint::within::call;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::Form;
use crate::resources::users::form::is_username;

/// How many pages of a list are looked through.
const MOST_PAGES: usize = 100;

/// Which fields name what, by model.
const NAMES: [(&str, &str); 11] = [
    ("groups", "authentik_core.group"),
    ("parent", "authentik_core.group"),
    ("users", "authentik_core.user"),
    ("user", "authentik_core.user"),
    ("flow", "authentik_flows.flow"),
    ("flow_authentication", "authentik_flows.flow"),
    ("flow_invalidation", "authentik_flows.flow"),
    ("flow_recovery", "authentik_flows.flow"),
    ("flow_unenrollment", "authentik_flows.flow"),
    ("flow_user_settings", "authentik_flows.flow"),
    ("flow_device_code", "authentik_flows.flow"),
];

/// What stays as it is in a path: no key leads anywhere else.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// The path of what has this key, which may come from the file.
fn at(list: &str, key: &str) -> String {
    format!("{list}{}/", utf8_percent_encode(key, PLAIN))
}

impl Run<'_> {
    /// The path of one.
    pub(super) fn path(model: &Model, row: &Row) -> String {
        let (list, field) = place(model);
        let key = row.get(field).map(text).unwrap_or_default();
        at(list, &key)
    }

    /// Looks something up, for tags that ask for it.
    pub(in crate::blueprint) async fn look_up(&mut self, query: Query) -> Result<(), Refusal> {
        let row = self.look(&query).await?;
        self.looked.push((query, row));
        Ok(())
    }

    /// The first one whose fields are so.
    pub(super) async fn look(&self, query: &Query) -> Result<Option<Row>, Refusal> {
        let Some(model) = models::named(query.model) else {
            return Ok(None);
        };
        let (list, key) = place(model);
        if let [(field, value)] = query.fields.as_slice()
            && (field == key || field == "pk" && key != "identifier")
        {
            let key = text(value);
            let is_key = key.parse::<u64>().is_ok() || Uuid::parse_str(&key).is_ok();
            if !is_key && !matches!(model.home, Home::Token) {
                return Ok(None); // `me` is another path
            }
            let path = at(list, &key);
            return match call(self.api, self.ask, (Method::GET, &path), &[], None).await {
                Ok(Value::Object(row)) => Ok(Some(row)),
                Ok(_) | Err(Refusal::NotFound(_)) => Ok(None),
                Err(other) => Err(other),
            };
        }
        let given: Vec<(&str, String)> = query
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), text(value)))
            .collect();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let mut asked: Vec<(&str, &str)> =
                given.iter().map(|(name, it)| (*name, &**it)).collect();
            asked.extend([("page", page.as_str()), ("page_size", "100")]);
            let answer = call(self.api, self.ask, (Method::GET, list), &asked, None).await?;
            let rows = answer.get("results").and_then(Value::as_array);
            let mut rows = rows.into_iter().flatten().filter_map(Value::as_object);
            let fits = |row: &&Row| {
                let mut all = query.fields.iter();
                all.all(|(name, value)| row.get(name).is_some_and(|its| alike(its, value)))
            };
            if let Some(row) = rows.find(fits) {
                return Ok(Some(row.clone()));
            }
            let next = answer.pointer("/pagination/next").and_then(Value::as_f64);
            if next.is_none_or(|next| next == 0.0) {
                break;
            }
        }
        Ok(None)
    }

    /// The one that an entry describes, where it is there.
    pub(super) async fn there(
        &self,
        model: &'static Model,
        said: &Said,
    ) -> Result<Option<Row>, Refusal> {
        let query = |fields: Vec<(String, Value)>| Query {
            model: &model.name,
            fields,
        };
        let pk = said
            .pk
            .as_ref()
            .map(|pk| self.keys.here(model, pk).unwrap_or(pk));
        if let Some(pk) = pk.filter(|_| !matches!(model.home, Home::Token)) {
            let row = self
                .look(&query(vec![("pk".to_owned(), pk.clone())]))
                .await?;
            // A number may be somebody else's here: then the name tells.
            let named = said.body.get("username");
            let row = row.filter(|row| {
                !matches!(model.home, Home::User) || named.is_none() || row.get("username") == named
            });
            if row.is_some() {
                return Ok(row);
            }
        }
        if said
            .body
            .get("domain")
            .is_some_and(|it| it == DEFAULT_BRAND)
        {
            return self
                .look(&query(vec![("default".to_owned(), true.into())]))
                .await;
        }
        if !said.others.is_empty() {
            let found = self
                .look(&query(said.others.clone().into_iter().collect()))
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        if pk.is_none() {
            return Ok(None);
        }
        for names in model.natural {
            let fields = names.iter().map(|name| {
                let value = said.body.get(*name).filter(|value| !value.is_null())?;
                Some(((*name).to_owned(), value.clone()))
            });
            if let Some(fields) = fields.collect::<Option<Vec<_>>>()
                && let Some(row) = self.look(&query(fields)).await?
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Looks for what fields name, before anything is written.
    pub(super) async fn refer(
        &self,
        model: &'static Model,
        form: &mut Form,
        row: Option<&Row>,
    ) -> Result<(), Stop> {
        self.unique(model, form, row).await?;
        if model.home_is_user() && form.text("username").is_some_and(|name| !is_username(name)) {
            form.errors.add("username", "Enter a valid username.");
        }
        for (field, named) in NAMES {
            let given = form.get::<Value>(field).unwrap_or_default();
            let keys = match given {
                Value::Array(keys) => keys,
                Value::Null => Vec::new(),
                key => vec![key],
            };
            for key in keys {
                if self.keys.is_unmade(&key) || self.is_there(named, &key).await? {
                    continue;
                }
                form.missing(field, &text(&key));
            }
        }
        Ok(())
    }

    /// What may not be somebody else's already.
    async fn unique(
        &self,
        model: &'static Model,
        form: &mut Form,
        row: Option<&Row>,
    ) -> Result<(), Stop> {
        const TAKEN: &str = "This field must be unique.";
        let its = |row: &Row| super::key(model, row);
        let own = row.and_then(its);
        if model.home_is_user() {
            for field in ["username", "email"] {
                let name = form.text(field).filter(|name| !name.is_empty());
                let Some(name) = name.map(str::to_owned) else {
                    continue;
                };
                let found = self
                    .api
                    .parts
                    .users
                    .by_login(&self.ask.call.tenant.id, &name);
                let found = found.await.map_err(|error| Stop::Refused(error.into()))?;
                if found.is_some_and(|it| own != Some(it.subject.pk.into())) {
                    form.errors.add(field, TAKEN);
                }
            }
        }
        if matches!(model.home, Home::Brand) && form.get::<bool>("default") == Some(true) {
            let query = Query {
                model: &model.name,
                fields: vec![("default".to_owned(), true.into())],
            };
            let found = self.look(&query).await?;
            if found
                .as_ref()
                .and_then(its)
                .is_some_and(|it| own != Some(it))
            {
                let text = "Only a single brand can be set as default.";
                form.errors.add("default", text);
            }
        }
        Ok(())
    }

    async fn is_there(&self, model: &str, key: &Value) -> Result<bool, Stop> {
        if model == "authentik_flows.flow" {
            let id = key.as_str().and_then(|id| Uuid::parse_str(id).ok());
            return Ok(id.is_some_and(|id| self.config.flow(id).is_some()));
        }
        let Some(model) = models::named(model) else {
            return Ok(false);
        };
        let query = Query {
            model: &model.name,
            fields: vec![("pk".to_owned(), key.clone())],
        };
        Ok(self.look(&query).await?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Found, find};

    #[test]
    fn a_key_leads_to_its_object_and_nowhere_else() {
        for key in [
            "x/view_key",
            "x/view_key/?a",
            "../users/1",
            "..",
            "%2e%2e",
            "a%2Fb",
            "x?y#z",
            "me",
            "ä b",
        ] {
            let Found::One(operation, found) = find(&Method::GET, &at("/core/tokens/", key)) else {
                panic!("{key}");
            };
            assert_eq!(
                (&*operation.path, &*found),
                ("/core/tokens/{identifier}/", key)
            );
        }
    }
}
