//! `GET managed/blueprints/export/`: ours; authentik writes such a file on its command line (`ak export_blueprint`).

use http::Method;
use provider::event::Action;

use super::{Secrets, whole};
use crate::download;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Answer, Ask, Operation, Reply};

/// RFC 9512.
pub const YAML: &str = "application/yaml";

/// The operation.
pub fn operations() -> Vec<Operation> {
    let operation = Operation::new(
        "managed_blueprints_export_retrieve",
        Method::GET,
        "/managed/blueprints/export/",
        |api, ask| Box::pin(export(api, ask)),
    );
    vec![operation.with(&["secrets"]).answers(Answer::Raw(YAML))]
}

/// Everything. Who takes secrets along is recorded.
async fn export(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let tenant = &ask.call.tenant;
    let secrets = if ask.query.flag("secrets", false) {
        let event = api.event(
            ask,
            Action::SecretView,
            "blueprintinstance",
            "export",
            "export",
        );
        api.parts.events.record(&tenant.id, &[event]).await?;
        Secrets::Shown
    } else {
        Secrets::LeftOut
    };
    let file = whole(api, tenant, secrets).await?;
    Ok(download::file(YAML, "latchkey-export.yaml", file))
}
