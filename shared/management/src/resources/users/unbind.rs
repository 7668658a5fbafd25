//! What of the configuration names somebody who is to be removed, or a group: bindings go, and a stage that puts new
//! accounts into the group lets go of it.
//!
//! It is done before they are removed, as configuration and people are not one transaction. Where it is interrupted in
//! between they are still there and no binding names them; to remove them again goes on from there. Where nothing else is
//! bound to an application, everybody may use it then, as in authentik.

use provider::config::{Bound, Change, Config, Expect, SaveError, StageObject, Stored};
use provider::event::Action;
use provider::flow::stage::Settings;
use provider::ports::ObjectKind;
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::resources::common::TRIES;
use crate::resources::used_by::model;

/// The most changes of one save; the transaction has what is compiled of them beside.
const AT_ONCE: usize = 40;

/// Lets go of them.
///
/// # Errors
/// Where it cannot be written.
pub async fn unbind(api: &Api, ask: &Ask<'_>, from: Bound) -> Result<(), Refusal> {
    let mut tries = 0;
    loop {
        let config = api.config(ask).await?;
        let changes: Vec<Change> = changes(&config, from).into_iter().take(AT_ONCE).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let events: Vec<_> = changes
            .iter()
            .map(|change| event(api, ask, change))
            .collect();
        let call = ask.call;
        let saved = api
            .parts
            .config
            .save(&call.tenant, &changes, &events, call.now);
        match saved.await {
            Ok(_) => {}
            Err(SaveError::Conflict(_)) if tries < TRIES => tries += 1,
            Err(SaveError::Conflict(_)) => return Err(Refusal::Conflict),
            Err(SaveError::Wrong(problems)) => {
                return Err(Refusal::of_save(
                    SaveError::Wrong(problems),
                    ObjectKind::Binding,
                    "",
                ));
            }
            Err(SaveError::Port(error)) => return Err(error.into()),
        }
    }
}

/// `used_by`: what of the configuration names them.
pub fn used_by(config: &Config, by: Bound) -> Vec<Value> {
    let used = users(config, by).into_iter().map(|stored| {
        let object = &stored.object;
        let (app, model_name) = model(object);
        let action = if object.as_binding().is_some() { "cascade" } else { "set_null" };
        json!({ "app": app, "model_name": model_name, "pk": object.id(), "name": object.label(), "action": action })
    });
    used.collect()
}

fn users(config: &Config, from: Bound) -> Vec<&Stored> {
    let bindings = config.bindings().filter(|binding| binding.bound == from);
    let bindings = bindings.map(|binding| (ObjectKind::Binding, binding.id));
    let stages = config
        .stages()
        .filter(|stage| without(stage, from).is_some());
    let stages = stages.map(|stage| (ObjectKind::Stage, stage.id));
    let all = bindings.chain(stages);
    all.filter_map(|(kind, id)| config.get(kind, &id.to_string()))
        .collect()
}

fn changes(config: &Config, from: Bound) -> Vec<Change> {
    let changes = users(config, from).into_iter().filter_map(|stored| {
        let expect = Expect::Version(stored.version);
        Some(match stored.object.as_stage() {
            Some(stage) => Change::Put {
                object: Box::new(without(stage, from)?.into()),
                expect,
            },
            None => Change::Remove {
                kind: ObjectKind::Binding,
                id: stored.object.id(),
                expect,
            },
        })
    });
    changes.collect()
}

/// The stage without the group; `None` where it does not name it.
fn without(stage: &StageObject, from: Bound) -> Option<StageObject> {
    let mut free = stage.clone();
    let (Settings::UserWrite(its), Bound::Group(group)) = (&mut free.settings, from) else {
        return None;
    };
    its.create_users_group.take_if(|id| *id == group)?;
    Some(free)
}

fn event(api: &Api, ask: &Ask<'_>, change: &Change) -> provider::event::Event {
    match change {
        Change::Put { object, .. } => api.event_of(ask, Action::ModelUpdated, object),
        Change::Remove { id, .. } => api.event(ask, Action::ModelDeleted, "policybinding", id, ""),
    }
}
