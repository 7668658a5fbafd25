//! Reads brands (API reference B13).

use protocol::Slug;
use provider::brand::{Brand, Theme};
use provider::config::Config;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::shape;
use crate::form::Form;

/// The longest host name there is (RFC 1035 §2.3.4), with room for a port.
const LONGEST_HOST: usize = 261;

/// The fields that name flows.
const FLOWS: [&str; 6] = [
    "flow_authentication",
    "flow_invalidation",
    "flow_recovery",
    "flow_unenrollment",
    "flow_user_settings",
    "flow_device_code",
];

/// The host that a new brand is for.
pub(super) fn domain(form: &mut Form) -> String {
    let domain = form.text("domain").unwrap_or_default().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if domain.len() > LONGEST_HOST || !domain.chars().all(plain) {
        let text = "Enter a host name as it stands in URLs, with its port where it has one.";
        form.errors.add("domain", text);
    }
    domain
}

/// Takes over what was given, and notes what is wrong with it.
pub(super) fn fill(form: &mut Form, config: &Config, brand: &mut Brand) {
    form.set("default", &mut brand.default);
    form.set("branding_title", &mut brand.branding_title);
    // What was shown in the place of nothing is left what it is.
    if form
        .text("branding_logo")
        .is_some_and(|given| given != shape::logo(brand))
    {
        form.set("branding_logo", &mut brand.branding_logo);
    }
    if form
        .text("branding_favicon")
        .is_some_and(|given| given != shape::favicon(brand))
    {
        form.set("branding_favicon", &mut brand.branding_favicon);
    }
    for field in FLOWS {
        if let Some(given) = form.get::<Option<Uuid>>(field) {
            let flow = given.map(|id| (id, config.flow(id).map(|flow| flow.slug.clone())));
            match flow {
                Some((id, None)) => form.missing(field, &id),
                Some((_, Some(slug))) => set_flow(brand, field, Some(slug)),
                None => set_flow(brand, field, None),
            }
        }
    }
    if let Some(given) = form.get::<Option<Uuid>>("default_application") {
        let application = given.map(|id| (id, config.application(id)));
        match application {
            Some((id, None)) => form.missing("default_application", &id),
            Some((_, Some(found))) => brand.default_application = Some(found.slug.clone()),
            None => brand.default_application = None,
        }
    }
    if form.text("web_certificate").is_some() {
        let text =
            "Certificates for TLS belong to where this runs, and not to a brand; leave it empty.";
        form.errors.add("web_certificate", text);
    }
    if let Some(given) = form.get::<Value>("attributes") {
        match given {
            Value::Object(given) => attribute(brand, given),
            _ => form.errors.add(
                "attributes",
                "Value must be a dictionary, and not have any duplicate keys.",
            ),
        }
    }
}

/// Without one, people sign in and out by the flows that are shipped.
fn set_flow(brand: &mut Brand, field: &str, slug: Option<Slug>) {
    let shipped = Brand::default();
    match field {
        "flow_authentication" => {
            brand.flow_authentication = slug.unwrap_or(shipped.flow_authentication);
        }
        "flow_invalidation" => brand.flow_invalidation = slug.unwrap_or(shipped.flow_invalidation),
        "flow_recovery" => brand.flow_recovery = slug,
        "flow_unenrollment" => brand.flow_unenrollment = slug,
        "flow_user_settings" => brand.flow_user_settings = slug,
        _ => brand.flow_device_code = slug,
    }
}

/// Free attributes. authentik has the theme (`settings.theme.base`) and the language (`settings.locale`) among them.
fn attribute(brand: &mut Brand, given: Map<String, Value>) {
    let (theme, locale) = ("/settings/theme/base", "/settings/locale");
    let before = Value::Object(std::mem::take(&mut brand.attributes));
    let now = Value::Object(given);
    if let Some(set) = moved::<Theme>(&before, &now, theme) {
        brand.theme = set;
    }
    if let Some(set) = moved::<String>(&before, &now, locale) {
        brand.default_locale = set;
    }
    if let Value::Object(given) = now {
        brand.attributes = given;
    }
}

/// A setting among attributes, where it has changed: its default where it was taken away.
fn moved<T: DeserializeOwned + Default>(before: &Value, now: &Value, at: &str) -> Option<T> {
    match (before.pointer(at), now.pointer(at)) {
        (before, now) if before == now => None,
        (_, Some(now)) => T::deserialize(now).ok(),
        (_, None) => Some(T::default()),
    }
}
