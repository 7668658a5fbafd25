//! A user's name with one of their app passwords (reference §3.5). It is a token of the user's, never the password
//! they sign in with.

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use futures_util::future::try_join;
use protocol::{Secret, Timestamp};
use serde_json::json;

use super::{Bearer, MachineFault, Standing};
use crate::fault::Fault;
use crate::grant::Terms;
use crate::http::Call;
use crate::ports::{Intent, UserStore, UserToken, UserTokenStore};
use crate::user::User;

/// With its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `username:app-password` in base64, in the place of a client secret; `None` where it is something else.
pub(super) fn pair(secret: &Secret) -> Option<(String, Secret)> {
    let bytes = BASE64.decode(secret.expose()).ok()?;
    let text = Secret::new(String::from_utf8(bytes).ok()?);
    let (username, password) = text.expose().split_once(':')?;
    let whole = !username.is_empty() && !password.is_empty();
    whole.then(|| (username.to_owned(), Secret::new(password)))
}

/// Lets users in by their app passwords.
pub(super) struct AppPasswords {
    users: Arc<dyn UserStore>,
    tokens: Arc<dyn UserTokenStore>,
}

impl AppPasswords {
    pub(super) fn new(users: Arc<dyn UserStore>, tokens: Arc<dyn UserTokenStore>) -> Self {
        Self { users, tokens }
    }

    /// The user whose name and app password these are, of whatever kind. Both are looked up whoever it is, so
    /// that time does not tell who exists.
    ///
    /// # Errors
    /// [`MachineFault`] with the check that failed.
    pub(super) async fn bearer(
        &self,
        call: &Call<'_>,
        username: &str,
        password: &Secret,
    ) -> Result<Bearer, Fault> {
        let tenant = &call.tenant.id;
        let digest = password.digest();
        let user = self.users.by_login(tenant, username);
        let token = self.tokens.by_digest(tenant, &digest);
        let (user, token) = try_join(user, token).await?;
        let user = user
            .filter(|user| user.subject.username == username) // not by e-mail address
            .ok_or(MachineFault::UnknownUser)?;
        let token = token.ok_or(MachineFault::UnknownPassword)?;
        token.lets_in(&user, call.now)?;
        Ok(Bearer {
            user: Arc::new(user),
            standing: Standing::Person,
            inherited: None,
            behind: Terms::default(),
            jwt: None,
            once: None,
            method: ("token", json!({"identifier": token.identifier})),
        })
    }
}

impl UserToken {
    fn lets_in(&self, user: &User, now: Timestamp) -> Result<(), MachineFault> {
        if self.user != user.subject.id {
            return Err(MachineFault::OtherUser);
        }
        if self.intent != Intent::AppPassword {
            return Err(MachineFault::OtherIntent);
        }
        if !self.live_at(now) {
            return Err(MachineFault::Expired);
        }
        if !user.active {
            return Err(MachineFault::UserInactive);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;

    fn read(secret: &str) -> Option<(String, String)> {
        pair(&Secret::new(secret)).map(|(name, key)| (name, key.expose().to_owned()))
    }

    #[test]
    fn reference_3_5_a_pair_stands_in_base64_in_the_place_of_a_secret() {
        let want = Some(("ci".to_owned(), "key:with:colons".to_owned()));
        assert_eq!(read(&STANDARD.encode("ci:key:with:colons")), want);
        assert_eq!(read(&STANDARD_NO_PAD.encode("ci:key:with:colons")), want);
    }

    #[test]
    fn what_is_no_pair_is_none() {
        let not_utf8 = STANDARD.encode([b'a', b':', 0xff]);
        let pairs = ["no-colon", ":key", "name:", ""].map(|pair| STANDARD.encode(pair));
        for bad in pairs
            .iter()
            .map(String::as_str)
            .chain(["!!!", "ci:key", &not_utf8])
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
