//! How somebody proved who they are, and what tokens say of it (RFC 8176, RFC 9470, OpenID Connect Core §2).

pub(crate) mod method;

use protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// `acr` of a sign-in of which nothing more can be said: authentik's, so that clients that check for it go on
/// working.
pub const ACR_DEFAULT: &str = "goauthentik.io/providers/oauth2/default";
/// `acr` of a sign-in with two factors (REFEDS MFA profile).
pub const ACR_MFA: &str = "https://refeds.org/profile/mfa";
/// `acr` of a phishing-resistant sign-in (OpenID Connect EAP ACR Values 1.0 §4).
pub const ACR_PHR: &str = "phr";

/// One thing that somebody proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it was.
    pub method: Method,
    /// When.
    pub at: Timestamp,
}

/// The ways to prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A password.
    Password,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code.
    Static,
    /// A passkey or security key that asked for a touch.
    Webauthn,
    /// The same, and it asked for a fingerprint or PIN: two factors in one.
    WebauthnVerified,
    /// A link sent by e-mail.
    Email,
}

/// How strong a sign-in was, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// One factor, or nothing of which more can be said.
    #[default]
    Single,
    /// Two factors.
    Multi,
    /// Two factors, of which no look-alike site gets anything.
    Phishproof,
}

impl Method {
    const fn is_webauthn(self) -> bool {
        matches!(self, Self::Webauthn | Self::WebauthnVerified)
    }

    /// Whether it proves that somebody holds a thing they set up.
    pub const fn is_of_device(self) -> bool {
        match self {
            Self::Totp | Self::Static | Self::Webauthn | Self::WebauthnVerified => true,
            Self::Password | Self::Email => false,
        }
    }
}

/// How strong these proofs are together.
pub fn strength(proofs: &[Proof]) -> Strength {
    let has = |wanted: fn(Method) -> bool| proofs.iter().any(|proof| wanted(proof.method));
    let verified = has(|method| method == Method::WebauthnVerified);
    let knows = has(|method| matches!(method, Method::Password | Method::Email));
    let possesses =
        has(|method| matches!(method, Method::Totp | Method::Static) || method.is_webauthn());
    if verified || (knows && has(Method::is_webauthn)) {
        Strength::Phishproof
    } else if knows && possesses {
        Strength::Multi
    } else {
        Strength::Single
    }
}

/// Whether an authenticator is among what gave these.
pub fn of_device(proofs: &[Proof]) -> bool {
    proofs.iter().any(|proof| proof.method.is_of_device())
}

/// When the last of these was given (RFC 9470 §4: the last active authentication).
pub fn latest(proofs: &[Proof]) -> Option<Timestamp> {
    proofs.iter().map(|proof| proof.at).max()
}

impl Strength {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Single, Self::Multi, Self::Phishproof];

    /// The `acr` of it.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::Single => ACR_DEFAULT,
            Self::Multi => ACR_MFA,
            Self::Phishproof => ACR_PHR,
        }
    }

    /// What an `acr` asks for; `None` for one that is not known here.
    pub fn of_acr(acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strength| strength.acr() == acr)
    }
}

/// `amr` of these proofs (RFC 8176 §2), each once, in the order in which they were given.
pub fn amr(proofs: &[Proof]) -> Vec<String> {
    let mut amr: Vec<&str> = Vec::new();
    for proof in proofs {
        let values: &[&str] = match proof.method {
            Method::Password => &["pwd"],
            Method::Totp | Method::Static => &["otp"],
            Method::Webauthn => &["hwk"],
            Method::WebauthnVerified => &["hwk", "user"],
            Method::Email => &["email"], // no registered value says it
        };
        amr.extend(
            values
                .iter()
                .filter(|value| !amr.contains(*value))
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    if strength(proofs) > Strength::Single {
        amr.push("mfa");
    }
    amr.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proofs(methods: &[Method]) -> Vec<Proof> {
        let at = Timestamp::from_unix(1);
        methods
            .iter()
            .map(|method| Proof {
                method: *method,
                at,
            })
            .collect()
    }

    #[test]
    fn rfc8176_2_amr_names_each_method_once_and_mfa_where_there_were_two_factors() {
        let amr = |methods: &[Method]| amr(&proofs(methods)).join(" ");
        assert_eq!(amr(&[Method::Password]), "pwd");
        assert_eq!(amr(&[Method::Password, Method::Totp]), "pwd otp mfa");
        assert_eq!(amr(&[Method::Password, Method::Static]), "pwd otp mfa");
        assert_eq!(amr(&[Method::Password, Method::Webauthn]), "pwd hwk mfa");
        assert_eq!(amr(&[Method::WebauthnVerified]), "hwk user mfa");
        assert_eq!(amr(&[Method::Totp, Method::Totp]), "otp");
    }

    #[test]
    fn rfc9470_3_acr_says_the_strongest_that_is_true() {
        let of = |methods: &[Method]| strength(&proofs(methods)).acr();
        assert_eq!(of(&[Method::Password]), ACR_DEFAULT);
        assert_eq!(of(&[Method::Password, Method::Totp]), ACR_MFA);
        assert_eq!(of(&[Method::WebauthnVerified]), ACR_PHR);
        assert_eq!(of(&[Method::Webauthn]), ACR_DEFAULT);
        assert_eq!(of(&[Method::Email, Method::Webauthn]), ACR_PHR);
        assert_eq!(Strength::of_acr(ACR_MFA), Some(Strength::Multi));
        assert_eq!(Strength::of_acr("gold"), None);
    }
}
