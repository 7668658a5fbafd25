//! Reads the settings of a stage as they are to be stored.

use protocol::Slug;
use provider::config::{Config, Validity};
use provider::flow::stage::Settings;
use provider::group::GroupId;
use provider::tenant::{Purpose, Sealed};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::About;
use super::fields::{Way, fields, minutes, way};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Form;
use crate::operation::Ask;

/// The place where accounts here are among those that a password is compared with.
const OWN_ACCOUNTS: &str = "authentik.core.auth.InbuiltBackend";

/// Authenticators that nobody can have here.
const NOT_HERE: [&str; 2] = ["duo", "sms"];

/// Settings in the making, as they are kept.
pub(super) struct Draft {
    about: &'static About,
    kept: Map<String, Value>,
}

impl Draft {
    /// Those that are stored, else the defaults of this kind.
    ///
    /// # Errors
    /// Never: every kind has settings that are well-formed.
    pub(super) fn of(about: &'static About, stored: Option<&Settings>) -> Result<Self, Refusal> {
        let mut kept = defaults(about.kind)?;
        if let Some(Value::Object(stored)) = stored.map(crate::wire::value) {
            kept.extend(stored);
        }
        Ok(Self { about, kept })
    }

    /// Takes over what was given, and notes what is wrong with it.
    pub(super) fn fill(&mut self, config: &Config, form: &mut Form) {
        for field in fields(self.about) {
            let Some(given) = form.get::<Value>(field.name) else {
                continue;
            };
            if let Some(value) = self.kept_as(config, field.name, given, form) {
                self.put(field.name, value);
            }
        }
        let leads = self.kept.get("mode") == Some(&json!("flow"));
        if leads && self.about.kind == "redirect" && self.text("target_flow").is_none() {
            match form.get::<Value>("target_flow") {
                None => form.errors.add("target_flow", "This field is required."),
                Some(Value::Null) => form
                    .errors
                    .add("target_flow", "This field may not be null."),
                Some(_) => {} // noted already: there is no such flow
            }
        }
    }

    /// Sets one, as it is kept.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.kept.insert(name.to_owned(), value);
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.kept.get(name)?.as_str()
    }

    /// The settings.
    ///
    /// # Errors
    /// Where a setting is of another type than its shape lets through.
    pub(super) fn finish(self) -> Result<Settings, Refusal> {
        let settings = serde_json::from_value(Value::Object(self.kept));
        settings.map_err(|error| Refusal::field(crate::errors::WHOLE, error.to_string()))
    }

    /// A value of the wire as it is kept; nothing where it is not, or something is wrong with it.
    fn kept_as(&self, config: &Config, name: &str, given: Value, form: &mut Form) -> Option<Value> {
        match way(name) {
            Way::Plain | Way::Or(_) | Way::Group => Some(given),
            Way::Flow => flow(config, name, &given, form),
            Way::Of(kind) => {
                let ids = given
                    .as_array()
                    .map_or_else(|| std::slice::from_ref(&given), Vec::as_slice);
                let gone = |id: &&str| config.get(kind, id).is_none();
                for id in ids.iter().filter_map(Value::as_str).filter(gone) {
                    form.missing(name, &id);
                }
                Some(given)
            }
            Way::Validity => lifetime(name, &given, form),
            Way::Minutes => {
                let same = self
                    .kept
                    .get(name)
                    .is_some_and(|kept| given == minutes(kept));
                (!same).then(|| format!("minutes={given}").into())
            }
            Way::Digits => given.as_str()?.parse::<u8>().ok().map(Value::from),
            Way::Nullable => Some(given.as_str().unwrap_or_default().into()),
            // What is more is refused by the rules of the configuration, with the most there may be.
            Way::Small => Some(given.as_u64()?.min(u8::MAX.into()).into()),
            Way::Classes => {
                let all = given.as_array()?.iter();
                let known =
                    all.filter(|class| class.as_str().is_some_and(|it| !NOT_HERE.contains(&it)));
                Some(known.cloned().collect())
            }
            Way::Backends => {
                if !given.as_array()?.contains(&OWN_ACCOUNTS.into()) {
                    let text = format!(
                        "Passwords are those of accounts here; {OWN_ACCOUNTS} has to be among them."
                    );
                    form.errors.add(name, text);
                }
                Some(given)
            }
            Way::Empty(why) if given.as_array().is_some_and(|all| !all.is_empty()) => {
                form.errors.add(name, why);
                None
            }
            Way::Only(fixed, why) if given != fixed.value() => {
                form.errors.add(name, why);
                None
            }
            Way::Secret | Way::Empty(_) | Way::Only(..) | Way::Idle(_) => None,
        }
    }
}

fn flow(config: &Config, name: &str, given: &Value, form: &mut Form) -> Option<Value> {
    let Some(id) = given.as_str() else {
        return Some(Value::Null);
    };
    let flow = Uuid::parse_str(id).ok().and_then(|id| config.flow(id));
    if flow.is_none() {
        form.missing(name, &id);
    }
    let slug: &Slug = &flow?.slug;
    Some(slug.as_str().into())
}

/// A lifetime. None at all is kept as null where it may be (`last_auth_threshold`).
fn lifetime(name: &str, given: &Value, form: &mut Form) -> Option<Value> {
    match Validity::parse(given.as_str()?) {
        Ok(validity) if name == "last_auth_threshold" && validity.seconds().0 == 0 => {
            Some(Value::Null)
        }
        Ok(validity) => Some(validity.as_str().into()),
        Err(error) => {
            form.errors.add(name, format!("{error}."));
            None
        }
    }
}

/// The settings that a new stage of this kind has, as they are kept.
fn defaults(kind: &str) -> Result<Map<String, Value>, Refusal> {
    let kept = match kind {
        // authentik's: reCAPTCHA
        "captcha" => json!({
            "private_key": "",
            "public_key": "",
            "js_url": "https://www.recaptcha.net/recaptcha/api.js",
            "api_url": "https://www.recaptcha.net/recaptcha/api/siteverify",
            "interactive": false,
            "score_min_threshold": 0.5,
            "score_max_threshold": 1.0,
            "error_on_invalid_score": true,
        }),
        "redirect" => json!({ "target_static": "", "target_flow": null, "keep_context": true }),
        other => {
            let settings = serde_json::from_value::<Settings>(json!({ "kind": other }));
            let settings = settings
                .map_err(|error| Refusal::field(crate::errors::WHOLE, error.to_string()))?;
            crate::wire::value(&settings)
        }
    };
    let mut kept = kept.as_object().cloned().unwrap_or_default();
    kept.insert("kind".to_owned(), kind.into());
    Ok(kept)
}

/// That the group of new accounts is there.
///
/// # Errors
/// Where it cannot be looked up.
pub(super) async fn check_group(
    api: &Api,
    ask: &Ask<'_>,
    draft: &Draft,
    form: &mut Form,
) -> Result<(), Refusal> {
    const FIELD: &str = "create_users_group";
    let Some(id) = form.text(FIELD).or_else(|| draft.text(FIELD)) else {
        return Ok(());
    };
    let Ok(id) = Uuid::parse_str(id) else {
        return Ok(()); // noted already
    };
    let groups = &api.parts.groups;
    let found = groups
        .closure(&ask.call.tenant.id, &[GroupId(id)], ask.call.now)
        .await?;
    if form.has(FIELD) && !found.0.contains_key(&GroupId(id)) {
        form.missing(FIELD, &id);
    }
    Ok(())
}

/// A captcha's private key, sealed; as it is stored where it is the same.
///
/// # Errors
/// Where it cannot be sealed, or what is stored cannot be opened.
pub(super) async fn sealed(
    api: &Api,
    ask: &Ask<'_>,
    stage: Uuid,
    stored: Option<&Settings>,
    secret: &str,
) -> Result<Sealed, Refusal> {
    let (tenant, name) = (&ask.call.tenant.id, stage.to_string());
    let purpose = Purpose::Captcha(&name);
    if let Some(Settings::Captcha(its)) = stored {
        let open = api
            .parts
            .vault
            .open(tenant, purpose, &its.private_key)
            .await?;
        if open.as_slice() == secret.as_bytes() {
            return Ok(its.private_key.clone());
        }
    }
    Ok(api
        .parts
        .sealer
        .seal(tenant, purpose, secret.as_bytes())
        .await?)
}
