//! Brands (API reference B13): what this tenant looks like at each of its hosts, and which flows it runs there. They are
//! no objects of the configuration; every request reads the one of its host.

mod form;
mod shape;
mod write;

use http::{Method, StatusCode};
use provider::config::shipped::made_of;
use provider::ports::Hosted;
use provider::tenant::Tenant;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::Mode;
use crate::operation::{Access, Answer, Ask, Body, Operation, Reply};
use crate::page::Page;
use crate::resources::used_by;
use shape::{BRAND, CURRENT, LISTING, flows, row};

/// What this tenant looks like at a host, and at those that are another name of it.
pub(super) struct Branded {
    /// Follows from the tenant and the domain.
    pub(super) id: Uuid,
    /// The host of its URLs.
    pub(super) domain: String,
    /// Where it is found.
    pub(super) hosts: Vec<String>,
    /// The tenant there.
    pub(super) tenant: Tenant,
}

impl Branded {
    fn at(host: Hosted) -> Self {
        let url = &host.tenant.base_url;
        let domain = url
            .split_once("://")
            .map_or(&**url, |(_, domain)| domain)
            .to_owned();
        Self {
            id: made_of(&format!("brand {} {domain}", host.tenant.id)),
            domain,
            hosts: vec![host.host],
            tenant: host.tenant,
        }
    }
}

/// All operations on brands.
pub fn operations() -> Vec<Operation> {
    let (all, one) = ("/core/brands/", "/core/brands/{brand_uuid}/");
    let shown = Answer::One(StatusCode::OK, &BRAND);
    let body = |mode| Body::Json(&BRAND, mode);
    vec![
        Operation::new("core_brands_list", Method::GET, all, |api, ask| {
            Box::pin(list(api, ask))
        })
        .narrowed_by(LISTING.filters)
        .answers(Answer::Page(&BRAND)),
        Operation::new("core_brands_create", Method::POST, all, |api, ask| {
            Box::pin(write::create(api, ask))
        })
        .takes(body(Mode::Create))
        .answers(Answer::One(StatusCode::CREATED, &BRAND)),
        Operation::new("core_brands_retrieve", Method::GET, one, |api, ask| {
            Box::pin(retrieve(api, ask))
        })
        .answers(shown),
        Operation::new("core_brands_update", Method::PUT, one, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Replace))
        })
        .takes(body(Mode::Replace))
        .answers(shown),
        Operation::new(
            "core_brands_partial_update",
            Method::PATCH,
            one,
            |api, ask| Box::pin(write::update(api, ask, Mode::Change)),
        )
        .takes(body(Mode::Change))
        .answers(shown),
        Operation::new("core_brands_destroy", Method::DELETE, one, |api, ask| {
            Box::pin(write::destroy(api, ask))
        }),
        Operation::new(
            "core_brands_used_by_list",
            Method::GET,
            format!("{one}used_by/"),
            |api, ask| Box::pin(users(api, ask)),
        )
        .answers(Answer::Several(&used_by::SHAPE)),
        Operation::new(
            "core_brands_current_retrieve",
            Method::GET,
            "/core/brands/current/",
            |api, ask| Box::pin(current(api, ask)),
        )
        .open_to(Access::Anyone)
        .answers(Answer::One(StatusCode::OK, &CURRENT)),
    ]
}

/// The brands of this tenant, in order of their domains. Hosts with the same URLs are one.
async fn all(api: &Api, ask: &Ask<'_>) -> Result<Vec<Branded>, Refusal> {
    let mut brands: Vec<Branded> = Vec::new();
    for host in api.parts.brands.at_hosts(&ask.call.tenant.id).await? {
        let same = |brand: &&mut Branded| brand.tenant.base_url == host.tenant.base_url;
        match brands.iter_mut().find(same) {
            Some(brand) => {
                if host.host == brand.domain {
                    brand.tenant = host.tenant;
                }
                brand.hosts.push(host.host);
            }
            None => brands.push(Branded::at(host)),
        }
    }
    brands.sort_by(|one, other| one.domain.cmp(&other.domain));
    Ok(brands)
}

/// The brand with this key, among all.
fn found<'a>(brands: &'a [Branded], ask: &Ask<'_>) -> Result<&'a Branded, Refusal> {
    let id = Uuid::parse_str(&ask.key).ok();
    let found = brands.iter().find(|brand| Some(brand.id) == id);
    found.ok_or(Refusal::NotFound("Brand"))
}

/// `CurrentBrand`: how the host that was asked looks, for whoever looks at it.
async fn current(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let kept = &ask.call.tenant;
    let brands = all(api, ask).await?;
    let now = brands
        .into_iter()
        .find(|brand| brand.tenant.base_url == kept.base_url);
    let (domain, brand) = match now {
        Some(now) => (now.domain, now.tenant.brand),
        None => (String::new(), kept.brand.clone()),
    };
    let links = brand.footer_links.iter();
    let links: Value = links
        .map(|link| json!({ "href": link.href, "name": link.name }))
        .collect();
    let mut shown = json!({
        "matched_domain": domain,
        "branding_title": brand.title(),
        "branding_logo": shape::logo(&brand),
        "branding_favicon": shape::favicon(&brand),
        "ui_footer_links": links,
        "ui_theme": brand.theme,
        "default_locale": brand.default_locale,
    });
    for (field, slug) in flows(&brand) {
        if let (Some(slug), Some(shown)) = (slug, shown.as_object_mut()) {
            shown.insert(field.to_owned(), slug.as_str().into());
        }
    }
    Reply::ok(shown)
}

async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let config = api.config(ask).await?;
    let brands = all(api, ask).await?;
    let rows: Vec<Row> = brands.iter().map(|brand| row(&config, brand)).collect();
    let (pagination, results) = page.cut(LISTING.select(rows, ask)?)?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

async fn retrieve(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let brands = all(api, ask).await?;
    Reply::ok(Value::Object(row(&config, found(&brands, ask)?)))
}

/// Nothing refers to brands.
async fn users(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    found(&all(api, ask).await?, ask)?;
    Reply::ok(json!([]))
}
