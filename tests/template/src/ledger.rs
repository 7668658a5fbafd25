//! Who called what, by which right: the book that the gate keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use load::proxy::{After, Answer, Call, Gate, Service, Verdict};
use serde_json::json;

use crate::ACCOUNT;
use crate::keys::Keys;
use crate::needs;
use crate::policy::{Decision, KeyPolicy, Need, Right, Statement, decide, of_key};

/// Somebody who calls AWS with a key of their own.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// A function's name, or what else it is.
    pub(crate) name: String,
    /// The ARN of its role.
    pub(crate) role: String,
    /// What its role is tagged with.
    pub(crate) tags: BTreeMap<String, String>,
    /// All that its role may.
    pub(crate) statements: Vec<Statement>,
}

/// The gate before all emulators.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) keys: Keys,
    callers: Mutex<BTreeMap<String, Arc<Caller>>>,
    used: Mutex<BTreeMap<String, BTreeSet<Right>>>,
    refused: Mutex<Vec<String>>,
}

impl Ledger {
    /// From now on whoever calls with this access key is this.
    pub(crate) fn admit(&self, access_key: &str, caller: Caller) {
        lock(&self.callers).insert(access_key.to_owned(), Arc::new(caller));
    }

    /// Those who may call, by their names.
    pub(crate) fn callers(&self) -> Vec<Arc<Caller>> {
        lock(&self.callers).values().cloned().collect()
    }

    /// The rights that somebody has used so far.
    pub(crate) fn used(&self, caller: &str) -> BTreeSet<Right> {
        lock(&self.used).get(caller).cloned().unwrap_or_default()
    }

    /// What was refused since the last look.
    pub(crate) fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.refused))
    }

    /// Whether somebody may; what they used of their rights is written down, and so is what they may not.
    pub(crate) fn ask(&self, access_key: &str, need: &Need) -> Result<(), String> {
        let Some(caller) = lock(&self.callers).get(access_key).cloned() else {
            return Err(self.refuse(format!("nobody has the access key {access_key:?}")));
        };
        match self.judged(&caller, &caller.asking(need)) {
            Ok(rights) => {
                let mut used = lock(&self.used);
                used.entry(caller.name.clone()).or_default().extend(rights);
                Ok(())
            }
            Err(because) => {
                let role = caller.role.rsplit('/').next().unwrap_or_default();
                let who = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{}", caller.name);
                Err(self.refuse(format!(
                    "User: {who} is not authorized to perform: {} on resource: {} {because}",
                    need.action, need.resource
                )))
            }
        }
    }

    fn judged(&self, caller: &Caller, need: &Need) -> Result<Vec<Right>, String> {
        let unknown = |error: anyhow::Error| format!("which cannot be told: {error:#}");
        let own = self.keys.find(&need.resource).and_then(|key| key.policy);
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let of_key = match &own {
            Some(own) => of_key(own, (&root, &caller.role), need).map_err(unknown)?,
            None => KeyPolicy::Delegates,
        };
        let rights = match decide(&caller.statements, need).map_err(unknown)? {
            Decision::Denied(_) => {
                return Err("with an explicit deny in an identity-based policy".to_owned());
            }
            Decision::NotAllowed => None,
            Decision::Allowed(rights) => Some(rights),
        };
        match (of_key, rights) {
            (KeyPolicy::Refuses, _) => {
                Err("with an explicit deny in a resource-based policy".to_owned())
            }
            (KeyPolicy::Allows, rights) => Ok(rights.unwrap_or_default()),
            (KeyPolicy::Silent, _) => {
                Err("because no resource-based policy allows the action".to_owned())
            }
            (KeyPolicy::Delegates, Some(rights)) => Ok(rights),
            (KeyPolicy::Delegates, None) => {
                let action = &need.action;
                Err(format!(
                    "because no identity-based policy allows the {action} action"
                ))
            }
        }
    }

    fn refuse(&self, what: String) -> String {
        lock(&self.refused).push(what.clone());
        what
    }
}

impl Caller {
    /// The need with what is known of who has it.
    fn asking(&self, need: &Need) -> Need {
        let mut need = need.clone();
        let tags = self.tags.iter();
        let tags =
            tags.map(|(key, value)| (format!("aws:PrincipalTag/{key}"), vec![value.clone()]));
        need.facts.extend(tags);
        need.facts
            .insert("aws:PrincipalArn".to_owned(), vec![self.role.clone()]);
        need
    }
}

#[async_trait]
impl Gate for Ledger {
    async fn before(&self, call: &Call) -> Verdict {
        if call.access_key == crate::stack::DEPLOYER {
            return Verdict::Pass; // whoever deploys may all of it
        }
        let needs = match needs::of(call, &self.keys) {
            Ok(needs) => needs,
            Err(error) => {
                let said = format!("{:?} {}: {error:#}", call.service, call.action);
                return denied(call, &self.refuse(said));
            }
        };
        for need in &needs {
            if let Err(said) = self.ask(&call.access_key, need) {
                return denied(call, &said);
            }
        }
        Verdict::Pass
    }

    async fn after(&self, call: &Call, answer: &Answer) -> After {
        self.keys.note(call, answer);
        After::Pass
    }
}

/// As AWS words it.
fn denied(call: &Call, said: &str) -> Verdict {
    let (status, kind) = match call.service {
        Service::DynamoDb => (400, "com.amazon.coral.service#AccessDeniedException"),
        Service::Kms => (400, "AccessDeniedException"),
        Service::Sqs => (403, "com.amazon.coral.service#AccessDeniedException"),
        Service::Ses => (403, "AccessDeniedException"),
    };
    Verdict::Answer(
        status,
        json!({"__type": kind, "message": said, "Message": said}),
    )
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
