//! Applications (API reference B2).

pub mod access;
pub mod form;
pub mod icon;
pub mod list;
pub mod shape;

use http::{Method, StatusCode};
use protocol::Slug;
use provider::config::{Application, Config, Object, Stored};
use provider::event::{Action, Event};
use provider::launch;
use provider::ports::ObjectKind;
use serde_json::{Value, json};

use super::common::FILE_PATH;
use super::crud::{self, Editable, Kind, found};
use super::events::{counts, shape::COORDINATE};
use super::policies;
use super::providers::row as of_provider;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::Form;
use crate::operation::{Access, Answer, Ask, Body, Operation, Reply};
use crate::rows::Listing;
use crate::shape::Shape;
use shape::APPLICATION;

/// Applications.
pub struct Applications;

/// All operations on applications.
pub fn operations() -> Vec<Operation> {
    let mut all = crud::operations::<Applications>();
    all.retain(|operation| operation.id != "core_applications_list"); // everybody's own
    all.extend([
        Operation::new(
            "core_applications_list",
            Method::GET,
            Applications::PATH,
            |api, ask| Box::pin(list::list(api, ask)),
        )
        .open_to(Access::Caller)
        .narrowed_by(Applications::LISTING.filters)
        .with(&["for_user", "only_with_launch_url", "superuser_full_list"])
        .answers(Answer::Page(&APPLICATION)),
        Operation::new(
            "core_applications_check_access_retrieve",
            Method::GET,
            "/core/applications/{slug}/check_access/",
            |api, ask| Box::pin(access::check(api, ask)),
        )
        .open_to(Access::Caller)
        .with(&["for_user"])
        .answers(Answer::One(StatusCode::OK, &policies::test::RESULT)),
        Operation::new(
            "core_applications_set_icon_create",
            Method::POST,
            "/core/applications/{slug}/set_icon/",
            |api, ask| Box::pin(icon::upload(api, ask)),
        )
        .takes(Body::File)
        .answers(Answer::Empty(StatusCode::OK)),
        Operation::new(
            "core_applications_set_icon_url_create",
            Method::POST,
            "/core/applications/{slug}/set_icon_url/",
            |api, ask| Box::pin(icon::set_url(api, ask)),
        )
        .takes(Body::Json(&FILE_PATH, crate::form::Mode::Create))
        .answers(Answer::Empty(StatusCode::OK)),
        Operation::new(
            "core_applications_metrics_list",
            Method::GET,
            "/core/applications/{slug}/metrics/",
            |api, ask| Box::pin(metrics(api, ask)),
        )
        .answers(Answer::Several(&COORDINATE)),
    ]);
    all
}

/// How often people let it act for them in the last week.
async fn metrics(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let pk = named(&config, ask)?.0.id.simple().to_string();
    let counted = |event: &Event| {
        let named = event.context.get("authorized_application");
        let is_it = |named: &Value| named.get("pk").and_then(Value::as_str) == Some(&*pk);
        event.action == Action::AuthorizeApplication && named.is_some_and(is_it)
    };
    let [authorizations] = counts::per(api, ask, counts::WEEK, [&counted]).await?;
    Reply::ok(authorizations)
}

/// The application that a path names.
fn named<'a>(config: &'a Config, ask: &Ask<'_>) -> Result<(&'a Application, u64), Refusal> {
    let stored = found::<Applications>(config, &ask.key)?;
    let application = stored.object.as_application();
    let application = application.ok_or(Refusal::NotFound(Applications::MODEL))?;
    Ok((application, stored.version))
}

/// Where it starts, for nobody in particular.
fn launch_url(config: &Config, application: &Application) -> Option<String> {
    let provider = application.provider.and_then(|pk| config.provider(pk));
    launch::url_of(application, provider)
}

impl Kind for Applications {
    const ID: &'static str = "core_applications";
    const PATH: &'static str = "/core/applications/";
    const KEY: &'static str = "slug";
    const MODEL: &'static str = "Application";
    const SHAPE: &'static Shape = &APPLICATION;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("group", Given::Text),
            Filter::exact("meta_description", Given::Text),
            Filter::exact("meta_launch_url", Given::Text),
            Filter::exact("meta_publisher", Given::Text),
            Filter::exact("name", Given::Text),
            Filter::exact("slug", Given::Text),
        ],
        search: &[
            "name",
            "slug",
            "meta_launch_url",
            "meta_description",
            "meta_publisher",
            "group",
        ],
        order: &["name", "slug"],
    };
    const OF: ObjectKind = ObjectKind::Application;

    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        Slug::parse(key).ok()?;
        config.named(ObjectKind::Application, ("slug", key))
    }

    fn row(config: &Config, object: &Object) -> Row {
        let Some(application) = object.as_application() else {
            return Row::new();
        };
        let icon = Some(&application.meta_icon).filter(|icon| !icon.is_empty());
        of_provider::row(json!({
            "pk": application.id,
            "name": application.name,
            "slug": application.slug,
            "provider": application.provider,
            "provider_obj": null,
            "backchannel_providers": application.backchannel_providers,
            "backchannel_providers_obj": [],
            "launch_url": launch_url(config, application),
            "open_in_new_tab": application.open_in_new_tab,
            "meta_launch_url": application.meta_launch_url,
            "meta_icon": icon,
            "meta_description": application.meta_description,
            "meta_publisher": application.meta_publisher,
            "policy_engine_mode": application.policy_engine_mode,
            "group": application.group,
        }))
    }

    /// With their providers, and started by whoever asks.
    async fn complete<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        let subject = &ask.caller()?.user.subject;
        let shown = |pk: &Value| {
            let provider = config.provider(pk.as_u64()?)?;
            Some(of_provider::nested(ask, config, provider))
        };
        for row in &mut rows {
            let provider = row.get("provider").and_then(shown);
            row.insert("provider_obj".to_owned(), provider.unwrap_or_default());
            let backchannel = row.get("backchannel_providers").and_then(Value::as_array);
            let backchannel: Value = backchannel
                .into_iter()
                .flatten()
                .filter_map(shown)
                .collect();
            row.insert("backchannel_providers_obj".to_owned(), backchannel);
            if let Some(Value::String(url)) = row.get_mut("launch_url") {
                *url = launch::filled_in(url, subject);
            }
        }
        Ok(rows)
    }
}

impl Editable for Applications {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_application);
        Ok(form::write(api, form, before)?.into())
    }
}
