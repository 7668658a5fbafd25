//! An application as a request describes it.

use protocol::Slug;
use provider::config::Application;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Form;

/// The application that is asked for: a new one, or `before` changed.
///
/// # Errors
/// By field.
pub fn write(
    api: &Api,
    form: &mut Form,
    before: Option<&Application>,
) -> Result<Application, Refusal> {
    let slug = match form.text("slug").map(Slug::parse) {
        Some(Ok(slug)) => Some(slug),
        Some(Err(_)) => {
            let text = "This name has a meaning in URLs of its own: choose another.";
            form.errors.add("slug", text);
            None
        }
        None => None,
    };
    let mut application = match (before, &slug) {
        (Some(before), _) => before.clone(),
        (None, Some(slug)) => Application::new(api.id_for(form), slug.clone(), ""),
        (None, None) => return Err(Refusal::Invalid(form.errors.clone())),
    };
    application.slug = slug.unwrap_or(application.slug);
    form.set("name", &mut application.name);
    form.set("provider", &mut application.provider);
    form.set(
        "backchannel_providers",
        &mut application.backchannel_providers,
    );
    form.set("open_in_new_tab", &mut application.open_in_new_tab);
    form.set("meta_launch_url", &mut application.meta_launch_url);
    form.set("meta_description", &mut application.meta_description);
    form.set("meta_publisher", &mut application.meta_publisher);
    form.set("policy_engine_mode", &mut application.policy_engine_mode);
    form.set("group", &mut application.group);
    Ok(application)
}
