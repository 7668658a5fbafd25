//! The picture of an application (API reference B2).

use http::StatusCode;
use provider::config::{Change, Expect, Object, SaveError};
use provider::event::Action;
use provider::media::{self, Image};
use provider::ports::ObjectKind;

use super::named;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::common::{FILE_PATH, TRIES};
use crate::upload::{self, Upload};

/// Takes an address for it, as it is.
///
/// # Errors
/// By field, where it is none that may be shown.
pub async fn set_url(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&FILE_PATH, Mode::Create)?;
    form.errors.clone().check()?;
    let url = form.text("url").unwrap_or_default();
    if !media::is_icon(url) {
        let text = "A picture is an http or https URL, or a path.";
        return Err(Refusal::field("url", text));
    }
    set(api, ask, url, "url").await
}

/// Takes the picture itself, or takes away the one there is.
///
/// # Errors
/// By field, where it is no picture that may be shown.
pub async fn upload(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    named(&*api.config(ask).await?, ask)?; // before anything is kept
    let bytes = match upload::read(ask).await? {
        Upload::Clear => return set(api, ask, "", "file").await,
        Upload::File(bytes) => bytes,
    };
    let image = Image::accept(bytes);
    let image = image.map_err(|fault| Refusal::field("file", fault.to_string()))?;
    let name = api.parts.media.put(&ask.call.tenant.id, &image).await?;
    set(api, ask, &media::path(&name), "file").await
}

async fn set(api: &Api, ask: &Ask<'_>, icon: &str, field: &str) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let config = api.config(ask).await?;
        let (application, version) = named(&config, ask)?;
        let mut application = application.clone();
        icon.clone_into(&mut application.meta_icon);
        let (id, slug) = (application.id.to_string(), application.slug.as_str());
        let event = api.event(ask, Action::ModelUpdated, "application", &id, slug);
        let change = Change::Put {
            object: Box::new(Object::from(application)),
            expect: Expect::Version(version),
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
            Err(SaveError::Wrong(problems)) => {
                let of = problems.of(ObjectKind::Application, &id);
                let texts = of.into_values().flatten().collect::<Vec<_>>().join("; ");
                return Err(Refusal::field(field, texts));
            }
            Err(SaveError::Port(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::Conflict)
}
