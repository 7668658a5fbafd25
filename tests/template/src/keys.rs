//! What policies ask about keys: their tags, and their own policies. The emulator keeps neither, so they are read off the calls
//! that make keys.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use load::proxy::{Answer, Call};
use serde_json::Value;

use crate::needs::arn;
use crate::policy::{Facts, Statement};

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) arn: String,
    spec: String,
    usage: String,
    tags: BTreeMap<String, String>,
    /// Its own policy; `None` for KMS's default, which leaves it to the account.
    pub(crate) policy: Option<Vec<Statement>>,
}

impl Key {
    /// What conditions may ask about it.
    pub(crate) fn facts(&self) -> Facts {
        let tags = self.tags.iter();
        let tags = tags.map(|(key, value)| (format!("aws:ResourceTag/{key}"), vec![value.clone()]));
        let own = [("kms:KeySpec", &self.spec), ("kms:KeyUsage", &self.usage)];
        let own = own.map(|(name, value)| (name.to_owned(), vec![value.clone()]));
        tags.chain(own).collect()
    }
}

/// Every key that was made here.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: Mutex<BTreeMap<String, Key>>,
    aliases: Mutex<BTreeMap<String, String>>,
}

impl Keys {
    /// The key of this id, ARN, alias or alias's ARN.
    pub(crate) fn find(&self, named: &str) -> Option<Key> {
        let id = match named.rsplit_once("alias/") {
            Some((_, alias)) => lock(&self.aliases).get(alias)?.clone(),
            None => named.rsplit('/').next()?.to_owned(),
        };
        lock(&self.keys).get(&id).cloned()
    }

    /// From now on this key has a policy of its own.
    pub(crate) fn governed(&self, id: &str, policy: Vec<Statement>) {
        if let Some(key) = lock(&self.keys).get_mut(id) {
            key.policy = Some(policy);
        }
    }

    /// Takes note of what a call made.
    pub(crate) fn note(&self, call: &Call, answer: &Answer) {
        if answer.status != 200 {
            return;
        }
        let asked: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match call.action.as_str() {
            "CreateKey" => {
                let made = &said["KeyMetadata"];
                let tags = asked["Tags"].as_array().into_iter().flatten();
                let id = text(&made["KeyId"]);
                let key = Key {
                    arn: arn("kms", &format!("key/{id}")),
                    spec: text(&made["KeySpec"]),
                    usage: text(&made["KeyUsage"]),
                    tags: tags
                        .map(|tag| (text(&tag["TagKey"]), text(&tag["TagValue"])))
                        .collect(),
                    policy: None,
                };
                lock(&self.keys).insert(id, key);
            }
            "CreateAlias" => {
                let alias = text(&asked["AliasName"]).replacen("alias/", "", 1);
                let to = text(&asked["TargetKeyId"]);
                let to = to.rsplit('/').next().unwrap_or_default().to_owned();
                lock(&self.aliases).insert(alias, to);
            }
            _ => {}
        }
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
