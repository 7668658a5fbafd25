//! Finds authenticators by number: one's own, or anybody's.

use std::borrow::Borrow;

use provider::authenticator::Authenticator;
use provider::ports::Number;

use super::Class;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::resources::numbered::only;

/// All of the caller's own.
///
/// # Errors
/// Where they cannot be read.
pub async fn all_own(api: &Api, ask: &Ask<'_>) -> Result<Vec<Authenticator>, Refusal> {
    let user = ask.caller()?.user.subject.id;
    let store = &api.parts.authenticators;
    Ok(store.of_user(&ask.call.tenant.id, user).await?)
}

/// The caller's own that the path names.
///
/// # Errors
/// As [`only`].
pub async fn own<C: Class>(api: &Api, ask: &Ask<'_>) -> Result<Authenticator, Refusal> {
    named::<C, _>(ask, all_own(api, ask).await?)
}

/// Anybody's that the path names.
///
/// # Errors
/// As [`only`].
pub async fn anybodys<C: Class>(api: &Api, ask: &Ask<'_>) -> Result<Authenticator, Refusal> {
    let (tenant, store) = (&ask.call.tenant.id, &api.parts.authenticators);
    let number = number::<C>(ask)?;
    let entries = store.entries(tenant, Some(number)).await?;
    let entries = entries.iter().filter(|entry| entry.number() == number);
    let places: Vec<_> = entries.map(|entry| (entry.user, entry.id)).collect();
    let found = store.read(tenant, &places).await?;
    named::<C, _>(ask, found.into_iter().flatten())
}

fn number<C: Class>(ask: &Ask<'_>) -> Result<Number, Refusal> {
    Number::parse(&ask.key).ok_or(Refusal::NotFound(C::MODEL))
}

/// Of these, the one that the path names.
///
/// # Errors
/// As [`only`].
pub fn named<C: Class, A: Borrow<Authenticator>>(
    ask: &Ask<'_>,
    among: impl IntoIterator<Item = A>,
) -> Result<A, Refusal> {
    let number = number::<C>(ask)?;
    let is_it = |one: &Authenticator| one.number() == number && one.secret.class() == C::OF;
    let found = among.into_iter().filter(|one| is_it(one.borrow()));
    only(found, C::MODEL, number)
}
