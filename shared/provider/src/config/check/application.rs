//! Applications.

use url::Url;

use super::{Checker, LONGEST_URI, MOST_ENTRIES};
use crate::config::objects::Application;
use crate::media;

impl Checker<'_> {
    pub(super) fn application(&mut self, application: &Application) {
        self.filled("name", &application.name);
        let launch = &application.meta_launch_url;
        let good = launch.is_empty() || launch.len() <= LONGEST_URI && may_be_linked(launch);
        self.unless(
            good,
            "meta_launch_url",
            "is not an absolute URL that may be a link",
        );
        let icon = &application.meta_icon;
        let good = icon.is_empty() || icon.len() <= LONGEST_URI && media::is_icon(icon);
        self.unless(good, "meta_icon", "is not an http or https URL or a path");
        if let Some(pk) = application.provider {
            self.of_one("provider", application, pk);
        }
        let backchannel = &application.backchannel_providers;
        let most = format!("at most {MOST_ENTRIES}");
        self.unless(
            backchannel.len() <= MOST_ENTRIES,
            "backchannel_providers",
            &most,
        );
        for pk in backchannel {
            self.of_one("backchannel_providers", application, *pk);
        }
    }

    /// A provider is there, and no other application has it in the same place.
    fn of_one(&mut self, field: &'static str, application: &Application, pk: u64) {
        let known = self.config.provider(pk).is_some();
        self.unless(known, field, &format!("there is no provider {pk}"));
        let has = |it: &&Application| match field {
            "provider" => it.provider == Some(pk),
            _ => it.backchannel_providers.contains(&pk),
        };
        let mut others = self.config.applications();
        let other = others.find(|it| it.id != application.id && has(it));
        if let Some(other) = other {
            let text = format!("application {} has this provider already", other.slug);
            self.wrong(field, text);
        }
    }
}

/// Whether a person may be given a link to it: not where it would run as a script.
pub(super) fn may_be_linked(text: &str) -> bool {
    const SCRIPTED: [&str; 5] = ["javascript", "data", "vbscript", "blob", "about"];
    Url::parse(text).is_ok_and(|url| !SCRIPTED.contains(&url.scheme()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_application_that_was_stored_without_icon_and_backchannel_still_reads() {
        let slug = protocol::Slug::parse("web").unwrap();
        let application = Application::new(uuid::Uuid::nil(), slug, "Web");
        let mut stored = serde_json::to_value(&application).unwrap();
        let fields = stored.as_object_mut().unwrap();
        assert_eq!(fields.remove("meta_icon"), Some(json!("")));
        assert_eq!(fields.remove("backchannel_providers"), Some(json!([])));
        let read: Application = serde_json::from_value(stored).unwrap();
        assert_eq!(read, application);
    }
}
