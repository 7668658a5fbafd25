//! `set_password/`, `recovery/` and `recovery_email/`: back into an account.

use protocol::{Seconds, Secret, Slug};
use provider::config::{Config, StageObject};
use provider::event::Action;
use provider::flow::next::Next;
use provider::flow::password;
use provider::flow::plan::{Context, Mailed, Planned};
use provider::flow::stage::{EmailSettings, Settings};
use provider::locale::{Texts, Wishes};
use provider::mail::letters::{Draft, Kind};
use provider::mail::{Address, LinkToken};
use provider::ports::{Link, Look, Written};
use provider::session::Session;
use provider::user::User;
use serde_json::{Value, json};
use uuid::Uuid;

use super::read;
use super::shape::PASSWORD;
use super::write::{event, put};
use crate::caller::By;
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;

/// How long a link is good that is handed over (authentik's default life of a token).
const LINK_LIFE: Seconds = Seconds::days(1);

const NO_FLOW: &str = "No recovery flow set.";
const NOT_ACTIVE: &str = "The user is not active, so a link would not let them in.";
const NO_ADDRESS: &str = "User does not have an email address set.";
const NO_STAGE: &str = "Email stage does not exist.";

/// Sets another password. All sessions and grants of the person end; the caller's own session goes on, where it is
/// theirs.
///
/// # Errors
/// By field.
pub async fn set(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&PASSWORD, Mode::Create)?;
    form.errors.clone().check()?;
    let new = Secret::new(form.text("password").unwrap_or_default());
    read::found(api, ask).await?;
    let hash = password::hash(&new, &*api.parts.entropy)?;
    for _ in 0..TRIES {
        let before = read::found(api, ask).await?;
        let mut user = before.clone();
        user.password = Some(hash.clone());
        user.subject.generation = before.subject.generation.saturating_add(1);
        let keeping = own_session(api, ask, &before).await?;
        let event = event(api, ask, Action::PasswordSet, &user);
        let (written, _) = put(api, ask, (user, &before), keeping.as_ref(), &event).await?;
        if written == Written::Yes {
            return Reply::done();
        }
    }
    Err(Refusal::Conflict)
}

/// The browser's session, where it is this person's.
///
/// # Errors
/// Where it cannot be read.
pub async fn own_session(
    api: &Api,
    ask: &Ask<'_>,
    user: &User,
) -> Result<Option<Session>, Refusal> {
    let caller = ask.caller()?;
    if caller.by != By::Browser || caller.user.subject.id != user.subject.id {
        return Ok(None);
    }
    let token = ask.call.session_token();
    let at = Look {
        session: token.as_ref(),
        ..Look::default()
    };
    let found = api
        .parts
        .browsers
        .look(&ask.call.tenant.id, at, ask.call.now)
        .await?;
    Ok(found.signed_in.map(|(session, _)| session))
}

/// A link that leads the person back in, to be handed over. It proves no address.
///
/// # Errors
/// As a whole, where the brand has no recovery flow.
pub async fn recovery(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let user = read::found(api, ask).await?;
    let path = link(api, ask, &user, (None, LINK_LIFE)).await?;
    let base = &ask.call.tenant.base_url;
    Reply::ok(json!({ "link": format!("{base}{}", path.expose()) }))
}

/// The same sent to their address, in the words of an e-mail stage.
///
/// # Errors
/// As a whole: there is no address, stage or recovery flow.
pub async fn by_mail(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let user = read::found(api, ask).await?;
    let address = Address::parse(&user.subject.email);
    let address = address.ok_or_else(|| Refusal::field(WHOLE, NO_ADDRESS))?;
    let config = api.config(ask).await?;
    let stage = ask
        .query
        .one("email_stage")
        .and_then(|id| Uuid::parse_str(id).ok());
    let stage = stage
        .and_then(|id| config.stage(id))
        .and_then(email_settings);
    let stage = stage.ok_or_else(|| Refusal::field(WHOLE, NO_STAGE))?;
    let life = stage.token_expiry.seconds();
    let path = link(api, ask, &user, (Some(&address), life)).await?;
    let draft = Draft {
        kind: Kind::of_template(&stage.template),
        to: &address,
        name: &user.subject.name,
        subject: &stage.subject,
        path: &path,
        lifetime: Some(life),
    };
    let letter = draft.letter(&ask.call.tenant, texts(ask, &user));
    api.parts.mailer.send(Some(&letter)).await?;
    let event = event(api, ask, Action::EmailSent, &user);
    let event = event
        .with("to_email", address.as_str())
        .with("subject", letter.subject.as_str());
    api.parts
        .events
        .record(&ask.call.tenant.id, &[event])
        .await?;
    Reply::done()
}

/// The person's language, else the brand's.
fn texts(ask: &Ask<'_>, user: &User) -> Texts {
    let settings = user.profile.attributes.get("settings");
    let wishes = Wishes {
        chosen: settings
            .and_then(|it| it.get("locale"))
            .and_then(Value::as_str),
        brand: &ask.call.tenant.brand.default_locale,
        ..Wishes::default()
    };
    Texts::of(wishes.locale())
}

/// Writes a link into the brand's recovery flow; its path.
async fn link(
    api: &Api,
    ask: &Ask<'_>,
    user: &User,
    (to, life): (Option<&Address>, Seconds),
) -> Result<Secret, Refusal> {
    let call = ask.call;
    let config = api.config(ask).await?;
    let flow = call.tenant.brand.flow_recovery.as_ref();
    let found = flow.and_then(|flow| Some((flow, steps(&config, flow)?)));
    let (flow, steps) = found.ok_or_else(|| Refusal::field(WHOLE, NO_FLOW))?;
    if !user.active {
        return Err(Refusal::field(WHOLE, NOT_ACTIVE));
    }
    let token = LinkToken::generate(&*api.parts.entropy);
    let next = Next::parse(None).ok_or_else(|| Refusal::field(WHOLE, NO_FLOW))?;
    let link = Link {
        id: token.id(flow, &next),
        flow: flow.clone(),
        steps,
        context: Context {
            pending: Some(user.subject.id),
            generation: Some(user.subject.generation),
            mailed: Some(Mailed {
                to: to.map(|to| to.as_str().to_owned()),
                generation: Some(user.subject.generation),
            }),
            ..Context::default()
        },
        next: String::new(),
        expires: call.now + life,
    };
    api.parts.links.put(&call.tenant.id, &link).await?;
    Ok(token.path(flow, &next))
}

/// What is left to do in a flow for whom it is known already: from its first e-mail stage on, which takes note of the
/// link; where there is none, all but the stages that ask who it is. `None` where there is no such flow.
fn steps(config: &Config, flow: &Slug) -> Option<Vec<Planned>> {
    let flow = config.flow_named(flow)?;
    let bindings = config.flow_stage_bindings();
    let mut bindings: Vec<_> = bindings
        .filter(|binding| binding.target == flow.id)
        .collect();
    bindings.sort_by_key(|binding| (binding.order, binding.id));
    let settings = |stage| config.stage(stage).map(|stage| &stage.settings);
    let mails = |stage| matches!(settings(stage), Some(Settings::Email(_)));
    let asks = |stage| matches!(settings(stage), Some(Settings::Identification(_)));
    if let Some(at) = bindings.iter().position(|binding| mails(binding.stage)) {
        bindings.drain(..at);
    } else {
        bindings.retain(|binding| !asks(binding.stage));
    }
    Some(
        bindings
            .into_iter()
            .map(|binding| Planned::Bound(binding.id))
            .collect(),
    )
}

fn email_settings(stage: &StageObject) -> Option<&EmailSettings> {
    match &stage.settings {
        Settings::Email(its) => Some(its),
        _ => None,
    }
}
