//! What there is to be written: everything of a tenant as rows, as the API answers them, with what requests have and
//! answers do not.

use std::collections::BTreeSet;

use provider::config::{ClientType, Config, FlowObject, Object};
use provider::flow::stage::Settings;
use provider::tenant::{Purpose, Sealed, Tenant};
use serde_json::{Value, json};

use super::entries::keys_in;
use crate::blueprint::models::{self, Home, MODELS, Model};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::resources::brands;

/// What a source needs to have on paper only: nobody signs in through one here.
const UNUSED: &str = "unused";

/// Something of a tenant.
pub(super) struct Item {
    /// What it is.
    pub(super) model: &'static Model,
    /// What others name it by in their rows: its UUID, or [`provider`]'s text.
    pub(super) key: String,
    /// Its fields.
    pub(super) row: Row,
    /// Whether it is written; others may name it all the same.
    pub(super) kept: bool,
    /// Whether it is to be left alone where it is there already.
    pub(super) once: bool,
}

/// Everything of a tenant that is written, or named by what is.
#[derive(Default)]
pub(super) struct Items(pub(super) Vec<Item>);

/// What names a provider: its number is not unique among all objects.
pub(super) fn provider(pk: u64) -> String {
    format!("provider {pk}")
}

impl Items {
    /// Objects of the configuration.
    pub(super) fn objects(&mut self, config: &Config, tenant: &Tenant) {
        for model in MODELS.iter() {
            let Home::Object(work) = model.home else {
                continue;
            };
            let objects = config.of_kind(work.of).filter(|object| (work.is)(object));
            for object in objects {
                let mut item = Item {
                    model,
                    key: match object.as_provider() {
                        Some(its) => provider(its.pk),
                        None => object.id(),
                    },
                    row: (work.row)(config, object),
                    kept: true,
                    once: false,
                };
                item.fit(object, config, tenant);
                self.0.push(item);
            }
        }
    }

    /// How the tenant looks at its hosts.
    pub(super) async fn brands(
        &mut self,
        api: &Api,
        tenant: &Tenant,
        config: &Config,
    ) -> Result<(), Refusal> {
        for row in brands::rows(api, &tenant.id, config).await? {
            let key = row.get("brand_uuid").and_then(Value::as_str);
            let key = key.unwrap_or_default().to_owned();
            self.0.extend(item("authentik_brands.brand", key, row));
        }
        Ok(())
    }

    /// Puts secrets into rows.
    pub(super) async fn open(
        &mut self,
        api: &Api,
        tenant: &Tenant,
        config: &Config,
    ) -> Result<(), Refusal> {
        // Nothing asks for the secret of a public client that signs with a key.
        let with_secret = config
            .providers()
            .filter(|its| its.client_type == ClientType::Confidential || its.signing_key.is_none());
        for its in with_secret {
            if let Some(shared) = &its.client_secret {
                let purpose = Purpose::ClientSecret(shared.client_id.as_str());
                let secret = opened(api, tenant, purpose, &shared.sealed).await?;
                self.put(&provider(its.pk), "client_secret", secret);
            }
        }
        for stage in config.stages() {
            if let Settings::Captcha(its) = &stage.settings {
                let id = stage.id.to_string();
                let secret = opened(api, tenant, Purpose::Captcha(&id), &its.private_key).await?;
                self.put(&id, "private_key", secret);
            }
        }
        Ok(())
    }

    fn put(&mut self, key: &str, field: &str, value: Value) {
        let item = self.0.iter_mut().find(|item| item.key == key);
        if let Some(item) = item {
            item.row.insert(field.to_owned(), value);
        }
    }

    /// Leaves this flow, what stands in its places and what that is made of.
    pub(super) fn keep_flow(&mut self, config: &Config, flow: &FlowObject) {
        let places = config.flow_stage_bindings();
        let places = places.filter(|place| place.target == flow.id);
        let mut places: BTreeSet<String> = places.map(|place| place.id.to_string()).collect();
        places.insert(flow.id.to_string());
        let bindings = config.bindings();
        let bindings = bindings.filter(|binding| places.contains(&binding.target.to_string()));
        let bindings: Vec<String> = bindings.map(|binding| binding.id.to_string()).collect();
        let mut wanted = places;
        wanted.extend(bindings);
        loop {
            let kept = self.0.iter().filter(|item| wanted.contains(&item.key));
            let named: BTreeSet<String> = kept.flat_map(keys_in).collect();
            let parts = self.0.iter().filter(|item| item.is_part());
            let parts = parts
                .map(|item| &item.key)
                .filter(|key| named.contains(*key));
            let more: Vec<String> = parts
                .filter(|key| !wanted.contains(*key))
                .cloned()
                .collect();
            if more.is_empty() {
                break;
            }
            wanted.extend(more);
        }
        for item in &mut self.0 {
            item.kept = wanted.contains(&item.key);
        }
    }
}

impl Item {
    /// Whether it goes where goes what names it, when a flow is written.
    fn is_part(&self) -> bool {
        let name = &*self.model.name;
        let policy = name == "authentik_policies_expression.expressionpolicy";
        policy || name.starts_with("authentik_stages_")
    }

    /// What requests have and rows do not, or otherwise.
    fn fit(&mut self, object: &Object, config: &Config, tenant: &Tenant) {
        use provider::config::Bound;
        let mut set = |field: &str, value: Value| drop(self.row.insert(field.to_owned(), value));
        match object {
            Object::Provider(its) => {
                set("client_secret", Value::Null);
                if its.invalidation_flow.is_none() {
                    let flow = config.flow_named(&tenant.brand.flow_invalidation);
                    set("invalidation_flow", json!(flow.map(|flow| flow.id)));
                }
            }
            Object::Binding(its) => {
                if let Bound::User(id) = its.bound {
                    set("user", id.to_string().into());
                }
            }
            Object::Source(_) => {
                set("consumer_secret", UNUSED.into());
                if self.row.get("consumer_key") == Some(&json!("")) {
                    self.row.insert("consumer_key".to_owned(), UNUSED.into());
                }
            }
            Object::Key(its) => {
                // A private key stays here: where the file is read, a pair of this name is left as it is, else made.
                let certificate = its.certificate.as_ref().filter(|_| !its.has_private());
                self.once = certificate.is_none();
                if let Some(certificate) = certificate {
                    set("certificate_data", certificate.pem.as_str().into());
                }
            }
            Object::Application(_)
            | Object::Mapping(_)
            | Object::Policy(_)
            | Object::Flow(_)
            | Object::Stage(_)
            | Object::FlowStageBinding(_)
            | Object::Prompt(_) => {}
        }
    }
}

/// One that is written.
pub(super) fn item(model: &str, key: String, row: Row) -> Option<Item> {
    Some(Item {
        model: models::named(model)?,
        key,
        row,
        kept: true,
        once: false,
    })
}

async fn opened(
    api: &Api,
    tenant: &Tenant,
    purpose: Purpose<'_>,
    sealed: &Sealed,
) -> Result<Value, Refusal> {
    let plain = api.parts.vault.open(&tenant.id, purpose, sealed).await?;
    Ok(String::from_utf8_lossy(&plain).into_owned().into())
}
