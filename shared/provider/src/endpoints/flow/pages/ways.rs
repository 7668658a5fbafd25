//! Which of several ways a page shows (OpenID Connect Core §3.1.2.3): the field for who it is, the second factor.

use form_urlencoded::Serializer;

use crate::executor::Run;
use crate::flow::challenge::{AuthenticatorValidate, DeviceChallenge, SelectableStage};
use crate::locale::Texts;
use crate::pages::{Other, Proof, SetUp};

/// The query parameter that names the class of authenticator to be asked for; the first of the challenge without it.
const DEVICE: &str = "device";

/// The number of no device in particular: whichever passkey the browser finds.
const ANY: &str = "-1";

/// Where a form is sent: to the flow, with the authenticator that was chosen, so that a wrong code asks for the same
/// one again.
pub(super) fn action(run: &Run<'_>) -> String {
    match run.query().optional(DEVICE) {
        Ok(Some(class)) => with(&run.here(), class),
        Ok(None) | Err(_) => run.here(),
    }
}

fn with(url: &str, class: &str) -> String {
    let query = Serializer::new(String::new())
        .append_pair(DEVICE, class)
        .finish();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{query}")
}

/// Key of the label of the field for who it is.
pub(super) fn uid_label(fields: &[String]) -> &'static str {
    let has = |name: &str| fields.iter().any(|field| field == name);
    match (has("username"), has("email"), has("upn")) {
        (true, false, false) => "uid-username",
        (false, true, false) => "uid-email",
        (_, _, false) => "uid-username-email",
        (_, _, true) => "uid-any",
    }
}

/// The challenge that the page opens.
fn open<'c>(run: &Run<'_>, its: &'c AuthenticatorValidate) -> Option<&'c DeviceChallenge> {
    let asked = run.query().optional(DEVICE).ok().flatten();
    let mut devices = its.device_challenges.iter();
    let chosen = devices.find(|device| Some(device.device_class.as_str()) == asked);
    chosen.or_else(|| its.device_challenges.first())
}

/// What is asked for. Who came for a passkey is asked for it at once, unless something went wrong (not `first`).
pub(super) fn proof(run: &Run<'_>, its: &AuthenticatorValidate, first: bool) -> Proof {
    match open(run, its) {
        None => Proof::SetUp,
        Some(device) if device.device_class == "webauthn" => Proof::Passkey {
            options: device.challenge.to_string(),
            auto: first && device.device_uid == ANY,
        },
        Some(device) => Proof::Code {
            recovery: device.device_class == "static",
        },
    }
}

/// What else may be used, once for each class.
pub(super) fn others(run: &Run<'_>, its: &AuthenticatorValidate) -> Vec<Other> {
    let mut seen = vec![open(run, its).map(|device| device.device_class.as_str())];
    let mut others = Vec::new();
    for device in &its.device_challenges {
        let class = device.device_class.as_str();
        if seen.contains(&Some(class)) {
            continue;
        }
        seen.push(Some(class));
        let label = match class {
            "totp" => "other-totp",
            "static" => "other-static",
            _ => "other-webauthn",
        };
        others.push(Other {
            class: class.to_owned(),
            label,
            url: with(&run.here(), class),
        });
    }
    others
}

/// What may be set up, in people's words where we have some for its kind.
pub(super) fn setups(texts: Texts, stages: &[SelectableStage]) -> Vec<SetUp> {
    let name = |stage: &SelectableStage| {
        let model = stage.meta_model_name.rsplit('.').next().unwrap_or_default();
        match model {
            "authenticatortotpstage" => texts.get("set-up-totp"),
            "authenticatorstaticstage" => texts.get("set-up-static"),
            "authenticatorwebauthnstage" => texts.get("set-up-webauthn"),
            _ => texts.said(&stage.name),
        }
    };
    stages
        .iter()
        .map(|stage| SetUp {
            id: stage.pk.clone(),
            name: name(stage),
        })
        .collect()
}
