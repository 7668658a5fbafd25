//! What can be done with a flow beside changing it (API reference B11).

use http::{Method, StatusCode};
use provider::brand::is_picture;
use provider::config::{Change, Config, Expect, FlowObject, Object, SaveError, Stored};
use provider::event::Action;
use provider::media::{self, Image};
use provider::ports::ObjectKind;
use serde_json::json;

use super::{Flows, diagram};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::common::{CACHE, FILE_PATH, TRIES};
use crate::resources::crud::found;
use crate::shape::{Shape, text};
use crate::upload::{self, Upload};

static LINK: Shape = Shape {
    name: "Link",
    fields: &[text("link").required()],
};
static DIAGRAM: Shape = Shape {
    name: "FlowDiagram",
    fields: &[text("diagram").computed()],
};

pub(super) fn operations() -> Vec<Operation> {
    let id = |what: &str| format!("flows_instances_{what}");
    let one = |what: &str| format!("/flows/instances/{{slug}}/{what}/");
    let shows = |shape| Answer::One(StatusCode::OK, shape);
    vec![
        Operation::new(
            id("execute_retrieve"),
            Method::GET,
            one("execute"),
            |api, ask| Box::pin(execute(api, ask)),
        )
        .answers(shows(&LINK)),
        Operation::new(
            id("diagram_retrieve"),
            Method::GET,
            one("diagram"),
            |api, ask| Box::pin(draw(api, ask)),
        )
        .answers(shows(&DIAGRAM)),
        Operation::new(
            id("set_background_url_create"),
            Method::POST,
            one("set_background_url"),
            |api, ask| Box::pin(set_background_url(api, ask)),
        )
        .takes(Body::Json(&FILE_PATH, Mode::Create))
        .answers(Answer::Empty(StatusCode::OK)),
        Operation::new(
            id("set_background_create"),
            Method::POST,
            one("set_background"),
            |api, ask| Box::pin(set_background(api, ask)),
        )
        .takes(Body::File)
        .answers(Answer::Empty(StatusCode::OK)),
        Operation::new(
            id("cache_info_retrieve"),
            Method::GET,
            "/flows/instances/cache_info/",
            |_, _| Box::pin(async { Reply::ok(json!({ "count": 0 })) }),
        )
        .answers(shows(&CACHE)),
        // Plans are made anew each time: there is nothing to clear.
        Operation::new(
            id("cache_clear_create"),
            Method::POST,
            "/flows/instances/cache_clear/",
            |_, _| Box::pin(async { Reply::done() }),
        ),
    ]
}

fn flow<'a>(config: &'a Config, ask: &Ask<'_>) -> Result<(&'a FlowObject, &'a Stored), Refusal> {
    let stored = found::<Flows>(config, &ask.key)?;
    let flow = stored.object.as_flow().ok_or(Refusal::NotFound("Flow"))?;
    Ok((flow, stored))
}

/// Where a browser runs it. A plan is made when it comes there.
async fn execute(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let (flow, _) = flow(&config, ask)?;
    let link = format!("{}/if/flow/{}/", ask.call.tenant.base_url, flow.slug);
    Reply::ok(json!({ "link": link }))
}

async fn draw(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let (flow, _) = flow(&config, ask)?;
    Reply::ok(json!({ "diagram": diagram::of(&config, flow) }))
}

async fn set_background_url(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&FILE_PATH, Mode::Create)?;
    form.errors.clone().check()?;
    let url = form.text("url").unwrap_or_default();
    if !is_picture(url) {
        let text = "A picture is a path of this site or an https URL.";
        return Err(Refusal::field("url", text));
    }
    paint(api, ask, url).await
}

/// Takes the picture itself, or takes away the one there is.
async fn set_background(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    flow(&*api.config(ask).await?, ask)?; // before anything is kept
    let bytes = match upload::read(ask).await? {
        Upload::Clear => return paint(api, ask, "").await,
        Upload::File(bytes) => bytes,
    };
    let image = Image::accept(bytes);
    let image = image.map_err(|fault| Refusal::field("file", fault.to_string()))?;
    let name = api.parts.media.put(&ask.call.tenant.id, &image).await?;
    paint(api, ask, &media::path(&name)).await
}

/// Puts this picture behind a flow; none for an empty one.
async fn paint(api: &Api, ask: &Ask<'_>, background: &str) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let config = api.config(ask).await?;
        let (flow, stored) = flow(&config, ask)?;
        let mut flow = flow.clone();
        background.clone_into(&mut flow.background);
        let id = flow.id.to_string();
        let event = api.event(ask, Action::ModelUpdated, "flow", &id, flow.slug.as_str());
        let change = Change::Put {
            object: Box::new(Object::from(flow)),
            expect: Expect::Version(stored.version),
        };
        let (tenant, now) = (&ask.call.tenant, ask.call.now);
        match api
            .parts
            .config
            .save(tenant, &[change], &[event], now)
            .await
        {
            Ok(_) => return Ok(Reply::Empty(StatusCode::OK)),
            Err(SaveError::Conflict(_)) => {}
            Err(error) => return Err(Refusal::of_save(error, ObjectKind::Flow, &id)),
        }
    }
    Err(Refusal::Conflict)
}
