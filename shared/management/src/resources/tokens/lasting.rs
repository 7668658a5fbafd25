//! A token outlives what it was made with, so who makes, changes or looks at one has just proved who they are, as in
//! self-service.

use crate::caller::By;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::resources::authenticators::find::all_own;
use crate::resources::users::password::own_session;

const SIGN_IN: &str = "To make, change or see a token, sign in again in the browser, with an authenticator if you have one, \
                       and come back within 30 minutes.";

/// It ends with its session or consent, and may be bound to a key; an API token does not, and is not.
const OUTLIVED: &str =
    "An application's access token makes, changes and shows no tokens. Use a token of yours.";

/// Whether the caller may have what lasts. Superusers' access tokens make people and passwords anyway.
///
/// # Errors
/// [`Refusal::Denied`] where not.
pub(super) async fn check(api: &Api, ask: &Ask<'_>) -> Result<(), Refusal> {
    let caller = ask.caller()?;
    match caller.by {
        By::ApiToken => Ok(()),
        By::AccessToken if caller.is_superuser => Ok(()),
        By::AccessToken => Err(Refusal::Denied(OUTLIVED)),
        By::Browser => {
            let has = all_own(api, ask).await?;
            let session = own_session(api, ask, &caller.user).await?;
            let proved = session.is_some_and(|it| it.has_just_proved(&has, ask.call.now));
            proved.then_some(()).ok_or(Refusal::Denied(SIGN_IN))
        }
    }
}
