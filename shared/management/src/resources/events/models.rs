//! authentik's applications behind the names of models, as events (`context.model.app`) and `used_by` have them: the one
//! table of both.

use std::borrow::Cow;

use crate::resources::stages::kinds;

/// Each application with its models, in small letters. Stages are in [`kinds::ALL`], and authenticators know theirs.
const ALL: &[(&str, &[&str])] = &[
    (
        "authentik_core",
        &[
            "user",
            "group",
            "token",
            "application",
            "authenticatedsession",
            "userconsent",
        ],
    ),
    ("authentik_brands", &["brand"]),
    ("authentik_blueprints", &["blueprintinstance"]),
    ("authentik_crypto", &["certificatekeypair"]),
    ("authentik_events", &["event"]),
    ("authentik_flows", &["flow", "flowstagebinding"]),
    ("authentik_policies", &["policybinding"]),
    ("authentik_policies_expression", &["expressionpolicy"]),
    (
        "authentik_providers_oauth2",
        &[
            "oauth2provider",
            "scopemapping",
            "authorizationcode",
            "refreshtoken",
            "accesstoken",
        ],
    ),
    ("authentik_sources_oauth", &["oauthsource"]),
    ("authentik_stages_invitation", &["invitation"]),
    ("authentik_stages_prompt", &["prompt"]),
];

/// The application that a model belongs to; its name is in small letters.
pub fn app(model: &str) -> Cow<'static, str> {
    let found = ALL.iter().find(|(_, models)| models.contains(&model));
    found.map_or_else(|| of_stage(model), |(app, _)| Cow::Borrowed(*app))
}

fn of_stage(model: &str) -> Cow<'static, str> {
    let mut stages = kinds::ALL.iter();
    let stage = stages.find(|about| about.model.eq_ignore_ascii_case(model));
    stage.map_or(Cow::Borrowed("authentik"), |about| about.names().0.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::models::MODELS;
    use crate::resources::ledger::consents::Consents;
    use crate::resources::ledger::given::Given;
    use crate::resources::ledger::grants::{Codes, RefreshTokens};
    use crate::resources::ledger::tokens::AccessTokens;

    #[test]
    fn reference_b14_a_model_is_of_the_application_that_blueprints_say() {
        for model in &*MODELS {
            let (its, name) = model.name.split_once('.').expect("an app and a model");
            assert_eq!(app(name), its, "{name}");
        }
    }

    #[test]
    fn reference_b14_what_people_are_given_has_its_application() {
        let oauth2 = "authentik_providers_oauth2";
        for (model, its) in [
            ("authenticatedsession", "authentik_core"),
            (Consents::DJANGO, "authentik_core"),
            (Codes::DJANGO, oauth2),
            (RefreshTokens::DJANGO, oauth2),
            (AccessTokens::DJANGO, oauth2),
        ] {
            assert_eq!(app(model), its, "{model}");
        }
    }
}
