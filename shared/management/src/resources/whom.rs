//! `for_user`: whom a question is about, where that is not whoever asks (API reference B1, B2).

use provider::user::User;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;

/// The parameter.
pub const PARAMETER: &str = "for_user";

/// Whom `for_user` names; `None` where it was not given. The operation says who may name others.
///
/// # Errors
/// By the parameter: it is no number, or nobody's.
pub async fn named(api: &Api, ask: &Ask<'_>) -> Result<Option<User>, Refusal> {
    let Some(number) = ask.query.one(PARAMETER) else {
        return Ok(None);
    };
    let number = number.parse();
    let number = number.map_err(|_| Refusal::field(PARAMETER, "for_user must be numerical"))?;
    let user = api.parts.people.by_pk(&ask.call.tenant.id, number).await?;
    match user {
        Some(user) => Ok(Some(user)),
        None => Err(unknown()),
    }
}

/// There is no such user, or whoever asks may not know.
pub fn unknown() -> Refusal {
    Refusal::field(PARAMETER, "User not found")
}
