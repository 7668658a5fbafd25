//! How brands look (API reference B13).

use protocol::Slug;
use provider::brand::Brand;
use provider::config::Config;
use serde_json::{Value, json};

use super::Branded;
use crate::filter::{Filter, Form as Given, Row};
use crate::rows::Listing;
use crate::shape::{Choice, Kind, Shape, any, choice, flag, list, text, uuid};

/// authentik's pictures; clients refuse null (reference §E). Pages here show none then.
const LOGO: &str = "/static/dist/assets/icons/icon_left_brand.svg";
const FAVICON: &str = "/static/dist/assets/icons/icon.png";

static THEMES: Choice = Choice {
    name: "UiThemeEnum",
    values: &["automatic", "light", "dark"],
};

/// `Brand`
pub(crate) static BRAND: Shape = Shape {
    name: "Brand",
    fields: &[
        uuid("brand_uuid").computed(),
        text("domain").required(),
        flag("default"),
        text("branding_title"),
        text("branding_logo"),
        text("branding_favicon"),
        uuid("flow_authentication").nullable(),
        uuid("flow_invalidation").nullable(),
        uuid("flow_recovery").nullable(),
        uuid("flow_unenrollment").nullable(),
        uuid("flow_user_settings").nullable(),
        uuid("flow_device_code").nullable(),
        uuid("default_application").nullable(),
        uuid("web_certificate").nullable(),
        any("attributes"),
    ],
};

/// `FooterLink`
static FOOTER_LINK: Shape = Shape {
    name: "FooterLink",
    fields: &[text("href").computed().nullable(), text("name").computed()],
};

/// `CurrentBrand`
pub(super) static CURRENT: Shape = Shape {
    name: "CurrentBrand",
    fields: &[
        text("matched_domain").computed().blank(),
        text("branding_title").computed(),
        text("branding_logo").computed(),
        text("branding_favicon").computed(),
        list("ui_footer_links", &Kind::Nested(&FOOTER_LINK)).computed(),
        choice("ui_theme", &THEMES).computed(),
        text("flow_authentication"),
        text("flow_invalidation"),
        text("flow_recovery"),
        text("flow_unenrollment"),
        text("flow_user_settings"),
        text("flow_device_code"),
        text("default_locale").computed().blank(),
    ],
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("brand_uuid", Given::Uuid),
        Filter::exact("branding_favicon", Given::Text),
        Filter::exact("branding_logo", Given::Text),
        Filter::exact("branding_title", Given::Text),
        Filter::exact("default", Given::Bool),
        Filter::exact("domain", Given::Text),
        Filter::exact("flow_authentication", Given::Uuid),
        Filter::exact("flow_device_code", Given::Uuid),
        Filter::exact("flow_invalidation", Given::Uuid),
        Filter::exact("flow_recovery", Given::Uuid),
        Filter::exact("flow_unenrollment", Given::Uuid),
        Filter::exact("flow_user_settings", Given::Uuid),
        Filter::exact("web_certificate", Given::Uuid),
    ],
    search: &["domain", "branding_title"],
    order: &["domain"],
};

/// The picture in the place of the title.
pub(super) fn logo(brand: &Brand) -> &str {
    if brand.branding_logo.is_empty() {
        LOGO
    } else {
        &brand.branding_logo
    }
}

/// The little picture of a tab.
pub(super) fn favicon(brand: &Brand) -> &str {
    if brand.branding_favicon.is_empty() {
        FAVICON
    } else {
        &brand.branding_favicon
    }
}

/// The flows it names.
pub(super) const fn flows(brand: &Brand) -> [(&'static str, Option<&Slug>); 6] {
    [
        ("flow_authentication", Some(&brand.flow_authentication)),
        ("flow_invalidation", Some(&brand.flow_invalidation)),
        ("flow_recovery", brand.flow_recovery.as_ref()),
        ("flow_unenrollment", brand.flow_unenrollment.as_ref()),
        ("flow_user_settings", brand.flow_user_settings.as_ref()),
        ("flow_device_code", brand.flow_device_code.as_ref()),
    ]
}

/// One as it is answered.
pub(super) fn row(config: &Config, branded: &Branded) -> Row {
    let brand = &branded.tenant.brand;
    let application = brand.default_application.as_ref();
    let application = application.and_then(|slug| {
        let mut all = config.applications();
        all.find(|application| application.slug == *slug)
    });
    let row = json!({
        "brand_uuid": branded.id,
        "domain": branded.domain,
        "default": brand.default,
        "branding_title": brand.title(),
        "branding_logo": logo(brand),
        "branding_favicon": favicon(brand),
        "default_application": application.map(|application| application.id),
        "web_certificate": Value::Null,
        "attributes": brand.attributes,
    });
    let mut row = row.as_object().cloned().unwrap_or_default();
    for (field, slug) in flows(brand) {
        let flow = slug.and_then(|slug| config.flow_named(slug));
        let id = flow.map_or(Value::Null, |flow| flow.id.to_string().into());
        row.insert(field.to_owned(), id);
    }
    row
}
