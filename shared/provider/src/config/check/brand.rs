//! Brands, which are not part of a tenant's objects and name some of them.

use super::application::may_be_linked;
use super::flow::may_be_shown;
use crate::brand::Brand;
use crate::config::state::Config;
use crate::flow::Designation;

/// What is wrong with a brand in this configuration, by field.
pub fn brand_problems(config: &Config, brand: &Brand) -> Vec<(&'static str, String)> {
    let mut problems = flows(config, brand);
    if brand.branding_title.trim().is_empty() {
        problems.push(("branding_title", "may not be blank".to_owned()));
    }
    let pictures = [
        ("branding_logo", &brand.branding_logo),
        ("branding_favicon", &brand.branding_favicon),
        (
            "branding_default_flow_background",
            &brand.branding_default_flow_background,
        ),
    ];
    for (field, picture) in pictures {
        if !may_be_shown(picture) {
            let text = "is neither a path of this site nor an https URL";
            problems.push((field, text.to_owned()));
        }
    }
    for colour in [&brand.colours.accent, &brand.colours.accent_dark] {
        if let Some(colour) = colour.as_ref().filter(|colour| !is_colour(colour)) {
            problems.push(("colours", format!("{colour:?} is not of the form #rrggbb")));
        }
    }
    for link in &brand.footer_links {
        let good = link
            .href
            .as_deref()
            .is_none_or(|href| may_be_shown(href) || may_be_linked(href));
        if !good || link.name.trim().is_empty() {
            let text = format!("{:?} has no name, or leads to what is no link", link.name);
            problems.push(("footer_links", text));
        }
    }
    if let Some(slug) = &brand.default_application
        && !config
            .applications()
            .any(|application| application.slug == *slug)
    {
        let text = format!("there is no such application: {slug}");
        problems.push(("default_application", text));
    }
    problems
}

fn flows(config: &Config, brand: &Brand) -> Vec<(&'static str, String)> {
    let named = [
        (
            "flow_authentication",
            Some(&brand.flow_authentication),
            Some(Designation::Authentication),
        ),
        (
            "flow_invalidation",
            Some(&brand.flow_invalidation),
            Some(Designation::Invalidation),
        ),
        (
            "flow_recovery",
            brand.flow_recovery.as_ref(),
            Some(Designation::Recovery),
        ),
        (
            "flow_unenrollment",
            brand.flow_unenrollment.as_ref(),
            Some(Designation::Unenrollment),
        ),
        (
            "flow_user_settings",
            brand.flow_user_settings.as_ref(),
            Some(Designation::StageConfiguration),
        ),
        // authentik has it as a flow for setting something up, and lets it be any.
        ("flow_device_code", brand.flow_device_code.as_ref(), None),
    ];
    let wrong = named.into_iter().filter_map(|(field, slug, wanted)| {
        let slug = slug?;
        let Some(flow) = config.flow_named(slug) else {
            return Some((field, format!("there is no such flow: {slug}")));
        };
        let (is, wanted) = (flow.designation, wanted.unwrap_or(flow.designation));
        (is != wanted).then(|| {
            let (is, wanted) = (is.as_str(), wanted.as_str());
            (
                field,
                format!("{slug} is a flow for {is}, not for {wanted}"),
            )
        })
    });
    wrong.collect()
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}
