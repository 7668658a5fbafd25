//! `GET /application/launch/{slug}/`: signs in where that is still to be done, and leads to the application (authentik:
//! `RedirectToAppLaunch`, which leaves it to the application to turn people away; here its policies are asked first).
//! A stranger is not told whether the application is there. It is no open redirector (RFC 6749 §10.15): the address is
//! the application's own, whatever the request says.

use protocol::Slug;
use serde_json::Map;

use super::{SelfService, through_sign_in};
use crate::fault::{Fault, Transport};
use crate::http::{Call, Response, encode, route};
use crate::launch;
use crate::policies::Ruling;
use crate::user::User;

/// What somebody wants to start.
struct Launch {
    /// The application's name.
    name: String,
    /// Where it starts, with its placeholders; `None` where it cannot be started.
    url: Option<String>,
    /// Whether this person may.
    ruling: Ruling,
}

impl SelfService {
    pub(super) async fn launch(&self, call: &Call<'_>) -> Result<Response, Fault> {
        if call.is_post() {
            return Err(Transport::Method.into()); // a link is opened; there is nothing to be posted
        }
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let Some(visitor) = self.visitor(call).await? else {
            let back = route::LAUNCH.replace("{slug}", slug.as_str());
            return Ok(through_sign_in(call, &back, false));
        };
        let found = Box::pin(self.wanted(call, slug, &visitor.user)).await?;
        let Launch { name, url, ruling } = found.ok_or(Transport::NotFound)?;
        if let Ruling::Denied(refusal) = ruling {
            return Ok(encode::denied(call, &name, &refusal));
        }
        let to = url.and_then(|url| launch::target(&url, &visitor.user.subject));
        Ok(encode::redirect(call, &to.ok_or(Transport::NotFound)?))
    }

    async fn wanted(
        &self,
        call: &Call<'_>,
        slug: &Slug,
        user: &User,
    ) -> Result<Option<Launch>, Fault> {
        let tenant = &call.tenant.id;
        let policies = &self.parts.policies;
        if let Some(client) = self.parts.clients.by_slug(tenant, slug, call.now).await? {
            let ruling = policies.decide(call, &client, Some(user), Map::new());
            let begun = client.metadata.initiate_login_uri.as_deref();
            let begun = begun.map(|uri| launch::begun(uri, &client.issuer(&call.tenant)));
            return Ok(Some(Launch {
                ruling: ruling.await?,
                name: client.name.clone(),
                url: begun.or_else(|| client.launch_url.clone()),
            }));
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
            url: launch::url_of(application, None),
        }))
    }
}
