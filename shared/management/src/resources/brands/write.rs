//! Makes, changes and removes brands (API reference B13).

use http::StatusCode;
use provider::brand::Brand;
use provider::config::shipped::made_of;
use provider::config::{Config, brand_problems};
use provider::event::Action;
use provider::fault::Transport;
use provider::ports::{BrandEdit, Hosted, Rebranded};
use provider::tenant::Tenant;
use serde_json::Value;

use super::shape::{BRAND, row};
use super::{Branded, all, form, found};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal, WHOLE, sentence};
use crate::form::{Form, Mode};
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;

const FOR_CERTIFICATES: &str = "At this host clients show certificates. Choose another one.";

/// Makes this tenant answer at one host more, where it is an issuer of its own.
pub(super) async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let given = ask.form(&BRAND, Mode::Create)?;
    given.errors.clone().check()?;
    for _ in 0..TRIES {
        let (revision, config) = api.parts.config.read(&ask.call.tenant.id).await?;
        let brands = all(api, ask).await?;
        let like = served(&brands)?;
        let mut form = given.clone();
        let domain = form::domain(&mut form);
        let own = brands.iter().flat_map(|brand| &brand.hosts);
        if !api.parts.hosts.allow(&domain, own.map(String::as_str)) {
            let text = "Brands can be made at hosts below one that you have. To have any other, ask who runs this installation.";
            form.errors.add("domain", text);
        }
        if api.parts.certificates_host.as_ref() == Some(&domain) {
            form.errors.add("domain", FOR_CERTIFICATES);
        }
        let first = Brand {
            default: false,
            ..Brand::default()
        };
        let title = first.title().to_owned();
        let first = Brand {
            branding_title: title,
            domain: domain.clone(),
            ..first
        };
        let brand = checked(&config, &brands, form, (&domain, first))?;
        let scheme = if ask.call.tenant.is_https() {
            "https"
        } else {
            "http"
        };
        let hosted = Hosted {
            host: domain.clone(),
            tenant: Tenant {
                base_url: format!("{scheme}://{domain}"),
                brand,
                ..like.clone()
            },
        };
        let edit = BrandEdit::Add(&hosted);
        match change(api, ask, revision, (edit, Action::ModelCreated, &domain)).await? {
            Rebranded::Done => {
                let made = row(&config, &Branded::at(hosted));
                return Ok(Reply::Json(StatusCode::CREATED, Value::Object(made)));
            }
            Rebranded::Moved => {}
            Rebranded::Taken => {
                return Err(Refusal::field("domain", "This host is in use already."));
            }
        }
    }
    Err(Refusal::Conflict)
}

pub(super) async fn update(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(&BRAND, mode)?;
    given.errors.clone().check()?;
    for _ in 0..TRIES {
        let (revision, config) = api.parts.config.read(&ask.call.tenant.id).await?;
        let brands = all(api, ask).await?;
        let before = found(&brands, ask)?;
        let mut form = given.clone();
        if form
            .text("domain")
            .is_some_and(|domain| domain != before.domain)
        {
            let text = "A brand stays at its host. Make another one for the new host, then remove this one.";
            form.errors.add("domain", text);
        }
        let (domain, old) = (before.domain.clone(), &before.tenant.brand);
        let brand = checked(&config, &brands, form, (&domain, old.clone()))?;
        let hosts = before.hosts.clone();
        let tenant = Tenant {
            brand,
            ..before.tenant.clone()
        };
        let after = Branded {
            id: before.id,
            domain,
            hosts,
            tenant,
        };
        if after.tenant.brand == *old {
            return Reply::ok(Value::Object(row(&config, &after)));
        }
        let edit = BrandEdit::Change {
            hosts: &after.hosts,
            brand: &after.tenant.brand,
        };
        match change(
            api,
            ask,
            revision,
            (edit, Action::ModelUpdated, &after.domain),
        )
        .await?
        {
            Rebranded::Done => return Reply::ok(Value::Object(row(&config, &after))),
            Rebranded::Moved | Rebranded::Taken => {}
        }
    }
    Err(Refusal::Conflict)
}

pub(super) async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let revision = api.parts.objects.revision(&ask.call.tenant.id).await?;
        let brands = all(api, ask).await?;
        let brand = found(&brands, ask)?;
        if brand.tenant.base_url == ask.call.tenant.base_url {
            let text = "This request came by way of this host: removed, it would leave nothing to undo that with.";
            return Err(Refusal::field(WHOLE, text));
        }
        if brand.tenant.brand.default {
            return Err(Refusal::field(
                WHOLE,
                "It is the default brand. Make another one that first.",
            ));
        }
        let edit = BrandEdit::Remove(&brand.hosts);
        match change(
            api,
            ask,
            revision,
            (edit, Action::ModelDeleted, &brand.domain),
        )
        .await?
        {
            Rebranded::Done => return Reply::done(),
            Rebranded::Moved | Rebranded::Taken => {}
        }
    }
    Err(Refusal::Conflict)
}

/// The tenant as a host more is to have it: as it stands in the table at this revision, with its limits, and not as the request
/// came upon it, which may be 30 seconds old. Where any of its hosts is closed by now, or none is left, there is none more.
fn served(brands: &[Branded]) -> Result<&Tenant, Refusal> {
    match brands.first().map(|brand| &brand.tenant) {
        Some(first) if brands.iter().all(|it| it.tenant.suspended.is_none()) => Ok(first),
        Some(_) | None => Err(Transport::Suspended.into()),
    }
}

/// The brand as it is to be, where nothing is wrong with that.
fn checked(
    config: &Config,
    brands: &[Branded],
    mut form: Form,
    (domain, mut brand): (&str, Brand),
) -> Result<Brand, Refusal> {
    form::fill(&mut form, config, &mut brand);
    let mut others = brands.iter().filter(|other| other.domain != domain);
    if brand.default && others.any(|other| other.tenant.brand.default) {
        form.errors
            .add("default", "Only a single brand can be set as default.");
    }
    form.errors.check()?;
    let problems = brand_problems(config, &brand);
    let mut errors = Errors::default();
    for (field, message) in problems {
        errors.add(field, sentence(&message));
    }
    errors.check()?;
    Ok(brand)
}

async fn change(
    api: &Api,
    ask: &Ask<'_>,
    revision: u64,
    (edit, action, domain): (BrandEdit<'_>, Action, &str),
) -> Result<Rebranded, Refusal> {
    let id = made_of(&format!("brand {} {domain}", ask.call.tenant.id));
    let event = api.event(ask, action, "brand", &id.to_string(), domain);
    Ok(api
        .parts
        .brands
        .change(&ask.call.tenant.id, revision, edit, &event)
        .await?)
}
