//! Invitations (API reference B12, `stages/invitation/invitations`).

pub(crate) mod shape;

use std::collections::HashSet;

use http::StatusCode;
use protocol::{Timestamp, UserId};
use provider::config::Config;
use provider::event::{Action, Event};
use provider::invitation::{Invitation, InvitedTo};
use provider::ports::InvitationEdit;
use provider::user::User;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::{Form, Mode};
use crate::operation::{Ask, Operation, Reply};
use crate::page::Page;
use crate::resources::common::TRIES;
use crate::resources::standard::{Edits, Standard};
use shape::{INVITATION, LISTING, row};

/// How many are read in one request.
const AT_ONCE: u32 = 500;

/// authentik's class.
const MODEL: &str = "Invitation";

/// All operations on invitations.
pub fn operations() -> Vec<Operation> {
    let standard = Standard {
        id: "stages_invitation_invitations",
        path: "/stages/invitation/invitations/",
        key: "invite_uuid",
        shape: &INVITATION,
        filters: LISTING.filters,
        list: |api, ask| Box::pin(list(api, ask)),
        retrieve: |api, ask| Box::pin(retrieve(api, ask)),
        edits: Some(Edits {
            create: |api, ask| Box::pin(create(api, ask)),
            update: |api, ask| Box::pin(update(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(update(api, ask, Mode::Change)),
        }),
        destroy: |api, ask| Box::pin(destroy(api, ask)),
        used_by: |api, ask| Box::pin(users(api, ask)),
    };
    standard.operations()
}

/// The invitation that is asked about, where it is still good.
async fn found(api: &Api, ask: &Ask<'_>) -> Result<Invitation, Refusal> {
    let id = Uuid::parse_str(&ask.key).map_err(|_| Refusal::NotFound(MODEL))?;
    let found = api.parts.invitations.find(&ask.call.tenant.id, id).await?;
    let good = found.filter(|invitation| invitation.lasts_at(ask.call.now));
    good.ok_or(Refusal::NotFound(MODEL))
}

/// Those who made these invitations, as far as they are still there.
async fn creators(api: &Api, ask: &Ask<'_>, of: &[Invitation]) -> Result<Vec<User>, Refusal> {
    let ids: HashSet<UserId> = of
        .iter()
        .filter_map(|invitation| invitation.created_by)
        .collect();
    let mut creators = Vec::with_capacity(ids.len());
    for id in ids {
        creators.extend(api.parts.people.by_id(&ask.call.tenant.id, id).await?);
    }
    Ok(creators)
}

async fn rows(api: &Api, ask: &Ask<'_>, invitations: &[Invitation]) -> Result<Vec<Row>, Refusal> {
    let config = api.config(ask).await?;
    let creators = creators(api, ask, invitations).await?;
    let tenant = &ask.call.tenant;
    let rows = invitations.iter().map(|invitation| {
        let by = creators
            .iter()
            .find(|user| Some(user.subject.id) == invitation.created_by);
        row(&config, tenant, invitation, by)
    });
    Ok(rows.collect())
}

/// Without what is only looked at by filters.
fn answered(mut row: Row) -> Value {
    for extra in shape::EXTRA {
        row.remove(extra);
    }
    Value::Object(row)
}

async fn shown(api: &Api, ask: &Ask<'_>, invitation: Invitation) -> Result<Value, Refusal> {
    let mut rows = rows(api, ask, &[invitation]).await?;
    Ok(answered(rows.pop().unwrap_or_else(Map::new)))
}

async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let store = &api.parts.invitations;
        let part = store
            .list(&ask.call.tenant.id, after, AT_ONCE, ask.call.now)
            .await?;
        after = part.last().map(|invitation| invitation.id);
        let is_last = part.len() < AT_ONCE as usize;
        all.extend(part);
        if is_last {
            break;
        }
    }
    let rows = LISTING.select(rows(api, ask, &all).await?, ask)?;
    let (pagination, rows) = page.cut(rows)?;
    let results: Value = rows.into_iter().map(answered).collect();
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

async fn retrieve(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let invitation = found(api, ask).await?;
    Reply::ok(shown(api, ask, invitation).await?)
}

/// Nothing refers to invitations.
async fn users(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    found(api, ask).await?;
    Reply::ok(json!([]))
}

async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&INVITATION, Mode::Create)?;
    form.errors.clone().check()?;
    let config = api.config(ask).await?;
    let mut invitation = Invitation {
        id: api.new_id(),
        name: String::new(),
        flow: None,
        expires: None,
        single_use: false,
        fixed_data: Map::new(),
        created_by: Some(ask.caller()?.user.subject.id),
    };
    fill(&mut form, &config, &mut invitation, ask.call.now);
    form.errors.check()?;
    let event = event(api, ask, Action::ModelCreated, &invitation);
    let edit = InvitationEdit::Add(&invitation);
    if !api
        .parts
        .invitations
        .change(&ask.call.tenant.id, edit, &event)
        .await?
    {
        return Err(Refusal::Conflict); // the random id was taken
    }
    Ok(Reply::Json(
        StatusCode::CREATED,
        shown(api, ask, invitation).await?,
    ))
}

async fn update(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(&INVITATION, mode)?;
    given.errors.clone().check()?;
    let config = api.config(ask).await?;
    for _ in 0..TRIES {
        let before = found(api, ask).await?; // it may have been spent meanwhile
        let (mut form, mut after) = (given.clone(), before.clone());
        fill(&mut form, &config, &mut after, ask.call.now);
        form.errors.check()?;
        let event = event(api, ask, Action::ModelUpdated, &after);
        let edit = InvitationEdit::Change {
            before: &before,
            after: &after,
        };
        let same = before == after;
        if same
            || api
                .parts
                .invitations
                .change(&ask.call.tenant.id, edit, &event)
                .await?
        {
            return Reply::ok(shown(api, ask, after).await?);
        }
    }
    Err(Refusal::Conflict)
}

async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let invitation = found(api, ask).await?;
    let event = event(api, ask, Action::ModelDeleted, &invitation);
    let edit = InvitationEdit::Remove(invitation.id);
    if api
        .parts
        .invitations
        .change(&ask.call.tenant.id, edit, &event)
        .await?
    {
        Reply::done()
    } else {
        Err(Refusal::NotFound(MODEL))
    }
}

/// Takes over what was given, and notes what is wrong with it.
fn fill(form: &mut Form, config: &Config, invitation: &mut Invitation, now: Timestamp) {
    form.set("name", &mut invitation.name);
    form.set("single_use", &mut invitation.single_use);
    form.set("fixed_data", &mut invitation.fixed_data);
    if let Some(expires) = form.moment("expires") {
        if expires.is_some_and(|expires| expires <= now) {
            form.errors.add(
                "expires",
                "It would be over before it begins; choose a time to come.",
            );
        }
        invitation.expires = expires;
    }
    if let Some(given) = form.get::<Option<Uuid>>("flow") {
        let flow = given.and_then(|id| config.flow(id));
        if let (Some(id), None) = (given, flow) {
            form.missing("flow", &id);
        }
        invitation.flow = flow.map(|flow| InvitedTo::Flow(flow.id));
    }
}

fn event(api: &Api, ask: &Ask<'_>, action: Action, invitation: &Invitation) -> Event {
    api.event(
        ask,
        action,
        "invitation",
        &invitation.id.to_string(),
        &invitation.name,
    )
}
