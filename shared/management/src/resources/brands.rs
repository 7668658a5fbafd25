//! Brands (API reference B13): what this tenant looks like at each of its hosts, and which flows it runs there. They are
//! no objects of the configuration; every request reads the one of its host.

mod form;
pub(crate) mod shape;
mod write;

use http::{Method, StatusCode};
use protocol::TenantId;
use provider::config::Config;
use provider::config::shipped::made_of;
use provider::ports::Hosted;
use provider::tenant::Tenant;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::Mode;
use crate::operation::{Access, Answer, Ask, Operation, Reply};
use crate::page::Page;
use crate::resources::standard::{Edits, Standard};
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
    let standard = Standard {
        id: "core_brands",
        path: "/core/brands/",
        key: "brand_uuid",
        shape: &BRAND,
        filters: LISTING.filters,
        list: |api, ask| Box::pin(list(api, ask)),
        retrieve: |api, ask| Box::pin(retrieve(api, ask)),
        edits: Some(Edits {
            create: |api, ask| Box::pin(write::create(api, ask)),
            update: |api, ask| Box::pin(write::update(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(write::update(api, ask, Mode::Change)),
        }),
        destroy: |api, ask| Box::pin(write::destroy(api, ask)),
        used_by: |api, ask| Box::pin(users(api, ask)),
    };
    let mut all = standard.operations();
    let current = Operation::new(
        "core_brands_current_retrieve",
        Method::GET,
        "/core/brands/current/",
        |api, ask| Box::pin(current(api, ask)),
    );
    let current = current.open_to(Access::Anyone);
    all.push(current.answers(Answer::One(StatusCode::OK, &CURRENT)));
    all
}

/// The brands of this tenant, in order of their domains. Hosts with the same URLs are one.
async fn all(api: &Api, ask: &Ask<'_>) -> Result<Vec<Branded>, Refusal> {
    of(api, &ask.call.tenant.id).await
}

/// All brands of a tenant, as they are answered.
pub(crate) async fn rows(
    api: &Api,
    tenant: &TenantId,
    config: &Config,
) -> Result<Vec<Row>, Refusal> {
    let brands = of(api, tenant).await?;
    Ok(brands.iter().map(|brand| row(config, brand)).collect())
}

async fn of(api: &Api, tenant: &TenantId) -> Result<Vec<Branded>, Refusal> {
    let mut brands: Vec<Branded> = Vec::new();
    for host in api.parts.brands.at_hosts(tenant).await? {
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
