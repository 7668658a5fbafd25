//! [`Passkeys`] for a tenant's host.

use provider::flow::stage::Wish;
use provider::ports::{
    Asserted, Ceremony, CeremonyError, Passkeys, Registered, Registrant, Wishes,
};
use provider::tenant::Tenant;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::{Begun, PasskeyError, Person, RelyingParty, credential_id, user_handle};

/// The ceremonies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Webauthn;

impl From<PasskeyError> for CeremonyError {
    fn from(error: PasskeyError) -> Self {
        Self(error.to_string())
    }
}

impl From<Begun> for Ceremony {
    fn from(begun: Begun) -> Self {
        Self {
            options: begun.options,
            state: begun.state,
        }
    }
}

fn relying_party(tenant: &Tenant) -> Result<RelyingParty, PasskeyError> {
    let base = Url::parse(&tenant.base_url).map_err(|_| PasskeyError::BaseUrl)?;
    RelyingParty::new(&base, &tenant.brand.branding_title)
}

impl Passkeys for Webauthn {
    fn serves(&self, tenant: &Tenant) -> bool {
        relying_party(tenant).is_ok()
    }

    fn register(
        &self,
        tenant: &Tenant,
        registrant: Registrant<'_>,
        wishes: Wishes,
    ) -> Result<Ceremony, CeremonyError> {
        let person = Person {
            id: registrant.id,
            username: registrant.username,
            display_name: registrant.display_name,
        };
        let begun = relying_party(tenant)?.begin_registration(&person, registrant.has, wishes)?;
        Ok(begun.into())
    }

    fn registered(
        &self,
        tenant: &Tenant,
        state: &Value,
        response: &Value,
    ) -> Result<Registered, CeremonyError> {
        let made = relying_party(tenant)?.finish_registration(state, response)?;
        Ok(Registered {
            credential: made.id,
            passkey: made.passkey,
            aaguid: made.aaguid,
            discoverable: made.discoverable,
            user_verified: made.user_verified,
        })
    }

    fn authenticate(
        &self,
        tenant: &Tenant,
        user: Uuid,
        passkeys: &[Value],
        user_verification: Wish,
    ) -> Result<Ceremony, CeremonyError> {
        let party = relying_party(tenant)?;
        let begun = party.begin_authentication(user, passkeys, user_verification)?;
        Ok(begun.into())
    }

    fn discover(&self, tenant: &Tenant) -> Result<Ceremony, CeremonyError> {
        Ok(relying_party(tenant)?.begin_discoverable()?.into())
    }

    fn claimed(&self, response: &Value) -> Option<Uuid> {
        user_handle(response)
    }

    fn authenticated(
        &self,
        tenant: &Tenant,
        state: &Value,
        (user, passkeys): (Uuid, &[Value]),
        response: &Value,
    ) -> Result<Asserted, CeremonyError> {
        let party = relying_party(tenant)?;
        let verified = party.finish_authentication(state, user, passkeys, response)?;
        let stored = || {
            let mut all = passkeys.iter();
            let its =
                |key: &&Value| credential_id(key).is_ok_and(|id| id == verified.credential_id);
            all.find(its)
                .cloned()
                .ok_or(PasskeyError::UnknownCredential)
        };
        let passkey = verified.updated.clone().map_or_else(stored, Ok)?;
        Ok(Asserted {
            credential: verified.credential_id,
            user_verified: verified.user_verified,
            passkey,
        })
    }
}
