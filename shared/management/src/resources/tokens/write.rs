//! Tokens are made and changed.

use http::StatusCode;
use protocol::{Secret, Timestamp};
use provider::config::Validity;
use provider::entropy::alphanumeric;
use provider::event::Action;
use provider::ports::{Intent, TokenWritten, UserToken};
use provider::user::User;
use serde_json::Value;

use super::read::{self, default_end};
use super::shape::TOKEN;
use super::{EXPIRING, KEY_LENGTH, MAXIMUM_LIFETIME, event, lasting, sealed, uuid_of};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::{Form, Mode};
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;
use crate::resources::users::own;

/// Most tokens that others than superusers make for themselves: as many as they can be shown.
const MOST: usize = 100;

const TAKEN: &str = "This field must be unique.";
const TOO_MANY: &str = "You have as many tokens as you can have. Remove one first.";

/// Makes one; its key is made here and shown at `view_key/`.
///
/// # Errors
/// By field, or where [`lasting`] refuses; nothing was made then.
pub async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&TOKEN, Mode::Create)?;
    form.errors.clone().check()?;
    lasting::check(api, ask).await?;
    let caller = ask.caller()?;
    let tenant = &ask.call.tenant.id;
    if !caller.is_superuser {
        let held = api
            .parts
            .people
            .tokens(tenant, caller.user.subject.id)
            .await?;
        if held.len() >= MOST {
            return Err(Refusal::field("non_field_errors", TOO_MANY));
        }
    }
    let key = Secret::new(alphanumeric(&*api.parts.entropy, KEY_LENGTH));
    let mut token = UserToken::new("", Intent::Api, caller.user.subject.id, &key);
    token.uuid = Some(api.new_id());
    write(api, ask, &mut form, &mut token).await?;
    form.errors.check()?;
    token.version = 1;
    token.sealed = Some(sealed(api, ask, &key).await?);
    let tokens = &api.parts.user_tokens;
    // One that has expired lies there until it is swept, and is in nobody's way.
    let there = tokens.by_identifier(tenant, &token.identifier).await?;
    if there
        .as_ref()
        .is_some_and(|there| there.live_at(ask.call.now))
    {
        return Err(Refusal::field("identifier", TAKEN));
    }
    let event = event(api, ask, Action::ModelCreated, &token);
    match tokens.write(tenant, &token, there.as_ref(), &event).await? {
        TokenWritten::Yes => {
            let shown = read::object(api, ask, &token).await?;
            Ok(Reply::Json(StatusCode::CREATED, shown))
        }
        TokenWritten::Taken | TokenWritten::Stale => Err(Refusal::field("identifier", TAKEN)),
        TokenWritten::KeyTaken => Err(Refusal::Conflict), // of 60 random characters
    }
}

/// Changes one; its key stays.
///
/// # Errors
/// By field, or where [`lasting`] refuses; nothing was changed then.
pub async fn update(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(&TOKEN, mode)?;
    given.errors.clone().check()?;
    lasting::check(api, ask).await?;
    let tenant = &ask.call.tenant.id;
    for _ in 0..TRIES {
        let before = read::found(api, ask).await?;
        let (mut form, mut token) = (given.clone(), before.clone());
        token.uuid = Some(uuid_of(&before));
        write(api, ask, &mut form, &mut token).await?;
        form.errors.check()?;
        token.version = before.version.saturating_add(1);
        let event = event(api, ask, Action::ModelUpdated, &token);
        match api
            .parts
            .user_tokens
            .write(tenant, &token, Some(&before), &event)
            .await?
        {
            TokenWritten::Yes => return Reply::ok(read::object(api, ask, &token).await?),
            TokenWritten::Taken => return Err(Refusal::field("identifier", TAKEN)),
            TokenWritten::KeyTaken | TokenWritten::Stale => {}
        }
    }
    Err(Refusal::Conflict)
}

/// Puts what was given into its place; what is wrong is noted in the form.
async fn write(
    api: &Api,
    ask: &Ask<'_>,
    form: &mut Form,
    token: &mut UserToken,
) -> Result<(), Refusal> {
    form.set("identifier", &mut token.identifier);
    form.set("description", &mut token.description);
    form.set("managed", &mut token.managed);
    form.set("intent", &mut token.intent);
    if !matches!(token.intent, Intent::Api | Intent::AppPassword) {
        let intent = form.text("intent").unwrap_or_default();
        let text = format!("Invalid intent {intent}");
        form.errors.add("intent", text);
    }
    let Some(owner) = owner(api, ask, form, token).await? else {
        return Ok(());
    };
    token.user = owner.subject.id;
    end(api, ask, form, (token, &owner)).await
}

/// Whose it is to be: others than superusers have only their own.
async fn owner(
    api: &Api,
    ask: &Ask<'_>,
    form: &mut Form,
    token: &UserToken,
) -> Result<Option<User>, Refusal> {
    let caller = ask.caller()?;
    let named = form.get::<u64>("user").filter(|_| caller.is_superuser);
    let people = &api.parts.people;
    let tenant = &ask.call.tenant.id;
    let found = match named {
        None if token.user == caller.user.subject.id => return Ok(Some(caller.user.clone())),
        None => people.by_id(tenant, token.user).await?,
        Some(pk) => people.by_pk(tenant, pk).await?,
    };
    if found.is_none() {
        form.missing("user", &named.unwrap_or_default());
    }
    Ok(found)
}

/// When it ends. An API token's end cannot be chosen; an app password's is not past the longest life of the owner's
/// attribute, or a day (authentik). Only superusers make one without an end, or who has the attribute for it.
async fn end(
    api: &Api,
    ask: &Ask<'_>,
    form: &mut Form,
    (token, owner): (&mut UserToken, &User),
) -> Result<(), Refusal> {
    let now = ask.call.now;
    let given = form.moment("expires").flatten();
    let mut end = given.or(token.expires).unwrap_or(default_end(now));
    if token.intent == Intent::Api {
        end = if form.mode == Mode::Create || form.has("expires") || token.expires.is_none() {
            default_end(now)
        } else {
            end
        };
    } else if let Some(given) = given {
        let latest = latest(api, ask, owner).await?;
        if given > latest {
            let text = format!(
                "Token expires exceeds maximum lifetime ({} UTC).",
                latest.rfc3339()
            );
            form.errors.add("expires", text);
        }
    }
    let caller = ask.caller()?;
    let expiring = if caller.is_superuser {
        let as_it_is = form.mode == Mode::Create || token.expires.is_some();
        form.get("expiring").unwrap_or(as_it_is)
    } else {
        let attribute = owner.profile.attributes.get(EXPIRING);
        attribute.and_then(Value::as_bool).unwrap_or(true)
    };
    token.expires = expiring.then_some(end);
    Ok(())
}

/// The latest end of a person's app passwords.
async fn latest(api: &Api, ask: &Ask<'_>, owner: &User) -> Result<Timestamp, Refusal> {
    let now = ask.call.now;
    let attributes = own::attributes(api, ask, owner).await?;
    let life = attributes.get(MAXIMUM_LIFETIME).and_then(Value::as_str);
    let life = life.and_then(|text| Validity::parse(text).ok());
    Ok(life.map_or(default_end(now), |life| now + life.seconds()))
}
