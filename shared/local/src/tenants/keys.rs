//! The keys that stand in a tenant's items: whether they open and sign here, and which of them KMS is to remove.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use aws::kms::Usable;
use protocol::{ClientId, TenantId};
use provider::tenant::{Purpose, Sealed, Tenant};
use serde_json::Value;

use crate::backend::Backend;

/// A key as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// A private key, sealed.
    Envelope(String, Sealed),
    /// A client's secret, sealed.
    Secret(ClientId, Sealed),
    /// In KMS.
    Direct(String),
}

impl Kept {
    /// What tells it apart from all others of a tenant.
    pub(super) fn named(&self) -> (u8, String, Vec<u8>) {
        match self {
            Self::Envelope(name, sealed) => (0, name.clone(), sealed.0.clone()),
            Self::Secret(client, sealed) => (1, client.to_string(), sealed.0.clone()),
            Self::Direct(id) => (2, id.clone(), Vec::new()),
        }
    }
}

/// All keys of an object of configuration: those that sign now, next, and have signed, and secrets of clients.
pub(super) fn kept_in(object: &Value) -> Vec<Kept> {
    let mut kept = Vec::new();
    collect(object, &mut kept);
    kept
}

fn collect(value: &Value, kept: &mut Vec<Kept>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, kept)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let sealed = members.get("sealed");
            let sealed = sealed.and_then(|it| serde_json::from_value::<Sealed>(it.clone()).ok());
            if let Some(sealed) = sealed {
                let client = text("client_id").and_then(|id| ClientId::parse(id).ok());
                match (text("name"), client) {
                    (Some(name), _) => kept.push(Kept::Envelope(name.to_owned(), sealed)),
                    (None, Some(client)) => kept.push(Kept::Secret(client, sealed)),
                    (None, None) => {}
                }
            }
            for name in ["key_id", "kms_key"] {
                kept.extend(text(name).map(|id| Kept::Direct(id.to_owned())));
            }
            members.values().for_each(|one| collect(one, kept));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Shows that the envelope key here opens what this tenant's tokens are made with.
pub(super) async fn opens(backend: &Backend, tenant: &Tenant) -> anyhow::Result<()> {
    let vault = backend.keys.vault();
    let opened = vault
        .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
        .await;
    opened.map(drop).context(
        "the envelope key of this place does not open what is sealed in the file: \
         give the one it was sealed under, or its replica in this region",
    )
}

/// Shows that a key of an object is good here.
pub(super) async fn is_good(
    backend: &Backend,
    tenant: &TenantId,
    kept: &Kept,
) -> anyhow::Result<()> {
    let vault = backend.keys.vault();
    match kept {
        Kept::Envelope(name, sealed) => {
            let opened = vault.open(tenant, Purpose::SigningKey(name), sealed).await;
            opened.map(drop).context("a signing key does not open")
        }
        Kept::Secret(client, sealed) => {
            let purpose = Purpose::ClientSecret(client.as_str());
            let opened = vault.open(tenant, purpose, sealed).await;
            opened
                .map(drop)
                .with_context(|| format!("the secret of client {client} does not open"))
        }
        Kept::Direct(id) => match backend.keys.custody().use_of(tenant, id).await {
            Ok(usable) => is_usable(id, usable),
            Err(error) => {
                Err(anyhow::Error::new(error).context(format!("the key {id} cannot be used here")))
            }
        },
    }
}

/// Shows that a tenant may sign with a key in KMS.
///
/// # Errors
/// Where it was made for another tenant, which may let it go at any time, or is not enabled.
pub(crate) fn is_usable(id: &str, usable: Usable) -> anyhow::Result<()> {
    match usable {
        Usable::Yes => Ok(()),
        Usable::ByAnother => bail!("the key {id} was made for another tenant"),
        Usable::NotNow => bail!(
            "the key {id} is not enabled in KMS; where it is to be deleted, take that back with \
             kms:CancelKeyDeletion and kms:EnableKey"
        ),
    }
}

/// Has KMS remove, in 30 days, the keys that were made for this tenant; answers with how many it removes and how many of
/// others are left.
pub(super) async fn remove(
    backend: &Backend,
    tenant: &TenantId,
    objects: &[Value],
) -> anyhow::Result<(usize, usize)> {
    let ids: BTreeSet<String> = objects
        .iter()
        .flat_map(kept_in)
        .filter_map(|kept| match kept {
            Kept::Direct(id) => Some(id),
            Kept::Envelope(..) | Kept::Secret(..) => None,
        })
        .collect();
    let (mut removed, mut left) = (0, 0);
    for id in ids {
        let made_here = backend.keys.custody().remove_made_for(tenant, &id).await;
        if made_here.with_context(|| format!("key {id}"))? {
            removed += 1;
        } else {
            left += 1;
        }
    }
    Ok((removed, left))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_found_wherever_they_stand_in_an_object() {
        let object = json!({
            "material": {"signing": {"held": {"envelope": {"name": "n1", "sealed": "AQI="}}}},
            "rotation": {"next": {"key": {"held": {"direct": {"key_id": "arn:1"}}}}},
            "client_secret": {"digest": "x", "client_id": "web", "sealed": "AwQ="},
            "encryption": [{"kms_key": "arn:2"}, {"kms_key": null}],
        });
        let mut kept = kept_in(&object);
        kept.sort_by_key(|kept| format!("{kept:?}"));
        let web = ClientId::parse("web").unwrap();
        let mut want = vec![
            Kept::Envelope("n1".to_owned(), Sealed(vec![1, 2])),
            Kept::Direct("arn:1".to_owned()),
            Kept::Secret(web, Sealed(vec![3, 4])),
            Kept::Direct("arn:2".to_owned()),
        ];
        want.sort_by_key(|kept| format!("{kept:?}"));
        assert_eq!(kept, want);
    }
}
