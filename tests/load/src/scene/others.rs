//! Pages before anybody signed in, registration, the API, and what comes from no browser and no client.

use load::event;
use protocol::ClientId;
use provider::ports::Notice;
use provider::session::Visit;
use serde_json::{Value, json};

use super::{CALLBACK, Scene, get};

impl Scene {
    /// A message of the queue: a session is over of which this client is to hear.
    pub(super) async fn logout(&self, slug: &str) -> anyhow::Result<Value> {
        let (client, (_, session)) = (self.client(slug).await?, self.session());
        let client: ClientId = client.client_id.clone();
        let iss = format!("https://{}/application/o/{slug}/", event::HOST);
        let notice = Notice {
            tenant: self.tenant.clone(),
            user: self.user.subject.id,
            session: session.id,
            client,
            visit: Visit {
                at: session.began,
                iss,
                sub: "somebody".to_owned(),
                front: false,
                back: true,
            },
        };
        Ok(event::messages(&[serde_json::to_string(&notice)?]))
    }

    /// One person, asked for by a superuser.
    pub(super) fn api(&self) -> Value {
        let path = format!("/api/v3/core/users/{}/", self.user.subject.pk);
        get(&path, &[("authorization", "Bearer a-key-to-the-api")])
    }
}

pub(super) fn register(slug: &str) -> Value {
    let body =
        json!({"redirect_uris": [CALLBACK], "client_name": "My Tool", "scope": "openid email"});
    let headers = [
        ("authorization", "Bearer a-key-to-the-api"),
        ("content-type", "application/json"),
    ];
    let path = format!("/application/o/{slug}/register/");
    event::http("POST", &path, "", &headers, &body.to_string())
}

pub(super) fn flow_page() -> Value {
    get(
        "/if/flow/default-authentication-flow/",
        &[("accept", "text/html")],
    )
}

pub(super) fn flow_json() -> Value {
    get(
        "/api/v3/flows/executor/default-authentication-flow/?query=",
        &[("accept", "application/json")],
    )
}
