//! What one may use (authentik: the library; who may: reference §9.2; RFC 9110 §15.3.1).

use http::StatusCode;
use serde_json::Map;

use super::{SelfService, Visitor};
use crate::brand;
use crate::config::Application;
use crate::fault::Fault;
use crate::http::{Response, encode};
use crate::launch;
use crate::pages::user::{self, Tile};
use crate::policies::Ruling;
use crate::ports::{Document, ObjectKind, PortError};

/// Applications looked at for one page: each may run a policy.
const AT_ONCE: u32 = 60;

/// authentik's launch URL of an application that is not to be listed.
const HIDDEN: &str = "blank://blank";

impl SelfService {
    pub(super) async fn applications(&self, visitor: &Visitor<'_>) -> Result<Response, Fault> {
        let call = visitor.call;
        let query = call.query()?;
        let after = query.optional("after")?;
        let page = self
            .parts
            .config
            .list(&call.tenant.id, ObjectKind::Application, after, AT_ONCE);
        let page = page.await?;
        let mut tiles = Vec::new();
        for document in page.documents {
            tiles.extend(self.tile(visitor, document).await?);
        }
        tiles.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
        Ok(encode::page(
            StatusCode::OK,
            &user::Applications {
                scene: visitor.scene(),
                frame: visitor.frame(super::Section::Applications),
                tiles,
                more: page.next.map(|next| more(&next)),
            },
        ))
    }

    /// The application, where this person may use it and it can be started.
    async fn tile(&self, visitor: &Visitor<'_>, document: Document) -> Result<Option<Tile>, Fault> {
        let call = visitor.call;
        let id = document.id.clone();
        let application: Application = serde_json::from_value(document.body)
            .map_err(|_| PortError::Corrupt(format!("application {id} does not read as one")))?;
        let found = self
            .parts
            .clients
            .by_slug(&call.tenant.id, &application.slug, call.now);
        let Some(client) = found.await? else {
            return Ok(None); // without a provider there is nothing to start
        };
        let launch_url = client.launch_url.clone().filter(|url| url != HIDDEN);
        let Some(launch_url) = launch_url else {
            return Ok(None);
        };
        let ruling = self
            .parts
            .policies
            .decide(call, &client, Some(&visitor.user), Map::new());
        if ruling.await? != Ruling::Pass {
            return Ok(None);
        }
        Ok(Some(Tile {
            name: application.name,
            group: application.group,
            description: application.meta_description,
            publisher: application.meta_publisher,
            launch_url: launch::filled_in(&launch_url, &visitor.user.subject),
            icon: brand::picture(&application.meta_icon).map(str::to_owned),
            new_tab: application.open_in_new_tab,
        }))
    }
}

fn more(next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("after", next)
        .finish();
    format!("{}?{query}", super::Section::Applications.path())
}
