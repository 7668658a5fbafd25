//! How somebody signed in, in authentik's words: `auth_method` and `auth_method_args` of the `login` event and of the
//! plan's context.

use serde_json::{Value, json};

use crate::flow::proof::{Method, Proof};

/// authentik's name of the first proof, and the second factors beside it; `None` where nothing was proved, as in an
/// enrollment.
pub(crate) fn of(proofs: &[Proof]) -> Option<(&'static str, Value)> {
    let (first, rest) = proofs.split_first()?;
    let method = match first.method {
        Method::Password => "password",
        Method::Webauthn | Method::WebauthnVerified => "auth_webauthn_pwl",
        Method::Totp | Method::Static => "auth_mfa",
        Method::Email => "email", // ours
    };
    let devices = match method {
        "auth_mfa" => proofs,
        _ => rest,
    };
    let devices: Vec<Value> = devices
        .iter()
        .filter_map(|proof| device(proof.method))
        .collect();
    let args = if devices.is_empty() {
        json!({})
    } else {
        json!({ "mfa_devices": devices, "known_device": false })
    };
    Some((method, args))
}

fn device(method: Method) -> Option<Value> {
    let (app, model) = match method {
        Method::Totp => ("authentik_stages_authenticator_totp", "totpdevice"),
        Method::Static => ("authentik_stages_authenticator_static", "staticdevice"),
        Method::Webauthn | Method::WebauthnVerified => {
            ("authentik_stages_authenticator_webauthn", "webauthndevice")
        }
        Method::Password | Method::Email => return None,
    };
    Some(json!({ "app": app, "model_name": model }))
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn a_sign_in_is_named_as_authentik_names_it() {
        let of = |methods: &[Method]| {
            let at = Timestamp::from_unix(1);
            let proofs: Vec<_> = methods
                .iter()
                .map(|method| Proof {
                    method: *method,
                    at,
                })
                .collect();
            of(&proofs)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Method::Password]), Some(("password", json!({}))));
        let (method, args) = of(&[Method::Password, Method::Totp]).unwrap();
        assert_eq!(
            (method, &args["mfa_devices"][0]["model_name"]),
            ("password", &json!("totpdevice"))
        );
        assert_eq!(
            of(&[Method::WebauthnVerified]).unwrap().0,
            "auth_webauthn_pwl"
        );
        assert_eq!(of(&[Method::Totp]).unwrap().0, "auth_mfa");
    }
}
