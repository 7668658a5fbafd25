//! `GET /application/launch/{slug}/`: signs in where that is still to be done, and leads to the application (authentik:
//! `RedirectToAppLaunch`, which leaves it to the application to turn people away; here its policies are asked first).
//! A stranger is not told whether the application is there. It is no open redirector (RFC 6749 §10.15): the address is
//! the application's own, or that of a client of its issuer (`?client_id=`), whatever the request says.

use std::sync::Arc;

use protocol::{ClientId, Slug};
use serde_json::Map;

use super::{SelfService, through_sign_in};
use crate::client::{Client, Origin, RegistrationMode};
use crate::fault::{Fault, Transport};
use crate::http::{Call, Response, encode, route};
use crate::launch;
use crate::policies::Ruling;
use crate::user::User;

/// What somebody wants to start.
struct Launch {
    /// The application's name.
    name: String,
    /// Where this person is led; `None` where it cannot be started.
    to: Option<String>,
    /// Whether this person may.
    ruling: Ruling,
}

impl SelfService {
    pub(super) async fn launch(&self, call: &Call<'_>) -> Result<Response, Fault> {
        if call.is_post() {
            return Err(Transport::Method.into()); // a link is opened; there is nothing to be posted
        }
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let asked = Asked::read(call)?;
        let Some(visitor) = self.visitor(call).await? else {
            return Ok(through_sign_in(call, &asked.back(slug), false));
        };
        let found = Box::pin(self.wanted(call, slug, &asked, &visitor.user)).await?;
        let Launch { name, to, ruling } = found.ok_or(Transport::NotFound)?;
        if let Ruling::Denied(refusal) = ruling {
            return Ok(encode::denied(call, &name, &refusal));
        }
        Ok(encode::redirect(call, &to.ok_or(Transport::NotFound)?))
    }

    async fn wanted(
        &self,
        call: &Call<'_>,
        slug: &Slug,
        asked: &Asked,
        user: &User,
    ) -> Result<Option<Launch>, Fault> {
        let tenant = &call.tenant.id;
        let policies = &self.parts.policies;
        if let Some(template) = self.parts.clients.by_slug(tenant, slug, call.now).await? {
            let client = match &asked.client {
                None => template,
                Some(id) => match self.of_its_issuer(call, &template, id, user).await? {
                    Some(client) => client,
                    None => return Ok(None),
                },
            };
            let ruling = policies.decide(call, &client, Some(user), Map::new());
            let (issuer, goal) = (client.issuer(&call.tenant), asked.goal.as_deref());
            let begun = client.metadata.initiate_login_uri.as_deref();
            let begun = begun.map(|uri| launch::begun(uri, &issuer, goal));
            let plain = client.launch_url.as_deref();
            let plain = plain.and_then(|url| launch::target(url, &user.subject));
            return Ok(Some(Launch {
                ruling: ruling.await?,
                name: client.name.clone(),
                to: begun.or(plain),
            }));
        }
        if asked.client.is_some() {
            return Ok(None);
        }
        // Without a provider it is a link with policies.
        let config = self.parts.objects.current(tenant).await?;
        let Some(application) = config.applications().find(|it| it.slug == *slug) else {
            return Ok(None);
        };
        let ruling = Box::pin(policies.may_use(call, &config, application, user)).await?;
        Ok(Some(Launch {
            ruling,
            name: application.name.clone(),
            to: launch::url_of(application, None)
                .and_then(|url| launch::target(&url, &user.subject)),
        }))
    }

    /// A client of this issuer that begins logins by itself. One that no administrator made leads wherever somebody liked
    /// (RFC 9700 §4.11.2): only whoever has allowed it something already is led there, but to hosts that an administrator
    /// named for those who may register.
    async fn of_its_issuer(
        &self,
        call: &Call<'_>,
        template: &Client,
        id: &ClientId,
        user: &User,
    ) -> Result<Option<Arc<Client>>, Fault> {
        let tenant = &call.tenant.id;
        let found = self.parts.clients.by_id(tenant, id, call.now).await?;
        let begins = |client: &Arc<Client>| {
            client.slug == template.slug
                && client.counts_at(call.now)
                && client.metadata.initiate_login_uri.is_some()
        };
        let Some(client) = found.filter(begins) else {
            return Ok(None);
        };
        let vouched_for = match client.origin {
            Origin::Configured => true,
            Origin::Registered { .. } => {
                template.registration_mode() == RegistrationMode::Token
                    && !template.bound_to().is_empty()
            }
            Origin::Document { .. } => false,
        };
        if vouched_for {
            return Ok(Some(client));
        }
        let people = &self.parts.people;
        let allowed = people.consents(tenant, user.subject.id, call.now).await?;
        let mut allowed = allowed.iter();
        let is_allowed = allowed.any(|it| client.is(&it.client_id, it.provider));
        Ok(Some(client).filter(|_| is_allowed))
    }
}

/// What the address says beside the application.
struct Asked {
    /// Which client of its issuer, where it is another than its own.
    client: Option<ClientId>,
    /// `target_link_uri` (OpenID Connect Core §4).
    goal: Option<String>,
}

impl Asked {
    fn read(call: &Call<'_>) -> Result<Self, Fault> {
        let query = call.query()?;
        let client = query.optional("client_id")?.map(ClientId::parse);
        Ok(Self {
            client: client.transpose().map_err(|_| Transport::NotFound)?,
            goal: query.optional("target_link_uri")?.map(str::to_owned),
        })
    }

    /// The same address again, and nothing else that somebody put into it.
    fn back(&self, slug: &Slug) -> String {
        let path = route::LAUNCH.replace("{slug}", slug.as_str());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.client.iter().map(|id| ("client_id", id.as_str())));
        query.extend_pairs(self.goal.iter().map(|goal| ("target_link_uri", goal)));
        match query.finish() {
            none if none.is_empty() => path,
            query => format!("{path}?{query}"),
        }
    }
}
