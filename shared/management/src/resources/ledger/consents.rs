//! Consents. To end one takes everything back that the application got until then, as at `/if/user/consents/`.

use protocol::Timestamp;
use provider::event::Event;
use provider::ports::{Book, Entry};
use provider::session::Consent;
use provider::user::User;
use serde_json::{Value, json};

use super::given::{Given, Held, Within};
use super::shape::CONSENT;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form};
use crate::operation::Ask;
use crate::resources::applications::Applications;
use crate::resources::crud::Kind as _;
use crate::rows::Listing;
use crate::shape::Shape;
use crate::wire::maybe;

/// How often it is tried where the person is changed at the same time.
const TRIES: usize = 5;

/// Consents.
pub struct Consents;

impl Given for Consents {
    const ID: &'static str = "core_user_consent";
    const PATH: &'static str = "/core/user_consent/";
    const MODEL: &'static str = "UserConsent";
    const DJANGO: &'static str = "userconsent";
    const SHAPE: &'static Shape = &CONSENT;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("application", Form::Uuid),
            Filter::exact("user", Form::Int),
        ],
        search: &["user__username"],
        order: &["application", "expires", "pk"],
    };
    const BOOK: Book = Book::Consents;
    type Item = Consent;

    async fn read<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        entries: &'a [Entry],
    ) -> Result<Vec<Option<Consent>>, Refusal> {
        let of = entries.iter();
        let of: Vec<_> = of.map(|it| (it.user, it.client_id.clone())).collect();
        Ok(api.parts.ledger.consents(&ask.call.tenant.id, &of).await?)
    }

    fn is_good(consent: &Consent, _owner: &User, now: Timestamp) -> bool {
        consent.expires.is_none_or(|expires| now < expires)
    }

    fn provider(consent: &Consent) -> u64 {
        consent.provider
    }

    fn expires(consent: &Consent) -> Option<Timestamp> {
        consent.expires
    }

    async fn rows<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        within: &'a Within<'a>,
        held: &'a [Held<Consent>],
    ) -> Result<Vec<Value>, Refusal> {
        let known = held.iter().filter_map(|held| {
            let (_, application) = within.clients.get(&held.entry.client_id)?;
            let object = application.clone().into();
            let owner = within.owners.get(&held.owner.subject.id)?;
            Some((held, owner, Applications::row(within.config, &object)))
        });
        let (known, rows): (Vec<_>, Vec<_>) = known
            .map(|(held, owner, application)| ((held, owner), application))
            .unzip();
        let applications = Applications::complete(api, ask, within.config, rows).await?;
        let rows = known.into_iter().zip(applications);
        let rows = rows.map(|((held, owner), application)| {
            json!({
                "pk": held.entry.number().get(),
                "expires": maybe(held.item.expires),
                "expiring": held.item.expires.is_some(),
                "user": owner,
                "application": application,
                "permissions": held.item.scopes.to_string(),
            })
        });
        Ok(rows.collect())
    }

    async fn end<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        held: &'a Held<Consent>,
        event: &'a Event,
    ) -> Result<bool, Refusal> {
        let (tenant, now) = (&ask.call.tenant.id, ask.call.now);
        let people = &api.parts.people;
        let mut owner = held.owner.clone();
        for _ in 0..TRIES {
            let client = &held.item.client_id;
            if people.withdraw(tenant, &owner, client, event, now).await? {
                return Ok(true);
            }
            let Some(changed) = people.by_id(tenant, owner.subject.id).await? else {
                return Ok(false);
            };
            owner = changed;
        }
        Err(Refusal::Conflict)
    }
}
