//! Which model of a blueprint is which resource here: the table that reading and writing blueprints share.
//!
//! Objects of the configuration are read and written through their `Kind`, so that a blueprint says what the API says,
//! with the same fields, rules and messages.

use std::pin::Pin;
use std::sync::LazyLock;

use provider::config::{Config, Object};
use provider::ports::ObjectKind;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::Form;
use crate::operation::Ask;
use crate::resources::applications::Applications;
use crate::resources::certificates::CertificateKeyPairs;
use crate::resources::crud::Editable;
use crate::resources::flows::{Flows, bindings::FlowStageBindings};
use crate::resources::policies::{bindings::PolicyBindings, expression::ExpressionPolicies};
use crate::resources::prompts::Prompts;
use crate::resources::property_mappings::ScopeMappings;
use crate::resources::providers::Oauth2Providers;
use crate::resources::sources::OAuthSources;
use crate::resources::{brands, groups, invitations, stages, tokens, users};
use crate::shape::{Presence, Shape};

/// A model.
pub struct Model {
    /// What authentik calls it: `authentik_core.application`.
    pub name: String,
    /// Its fields, as the API has them.
    pub shape: &'static Shape,
    /// Fields that tell one from all others where the key of a file is not known here: each list by itself.
    pub natural: &'static [&'static [&'static str]],
    /// Where it is kept.
    pub home: Home,
}

/// Where a model is kept.
#[derive(Clone, Copy)]
pub enum Home {
    /// With the configuration: many are saved in one transaction.
    Object(Work),
    /// Accounts, each written by itself.
    User,
    /// Groups, each written by itself.
    Group,
    /// Tokens, each written by itself.
    Token,
    /// Brands, each written by itself.
    Brand,
    /// Invitations, each written by itself.
    Invitation,
}

/// Rows in the making.
pub type Rows<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Refusal>> + Send + 'a>>;

/// An object in the making.
pub type Made<'a> = Pin<Box<dyn Future<Output = Result<Object, Refusal>> + Send + 'a>>;

/// What a `Kind` does, as values.
#[derive(Clone, Copy)]
pub struct Work {
    /// Where it is kept.
    pub of: ObjectKind,
    /// `Kind::is`
    pub is: fn(&Object) -> bool,
    /// `Kind::row`
    pub row: fn(&Config, &Object) -> Row,
    /// `Kind::complete`
    pub complete: for<'a> fn(&'a Api, &'a Ask<'a>, &'a Config, Vec<Row>) -> Rows<'a>,
    /// [`Editable::write`]
    pub write:
        for<'a> fn(&'a Api, &'a Ask<'a>, &'a Config, &'a mut Form, Option<&'a Object>) -> Made<'a>,
}

impl Work {
    const fn of<K: Editable>() -> Self {
        Self {
            of: K::OF,
            is: K::is,
            row: K::row,
            complete: |api, ask, config, rows| Box::pin(K::complete(api, ask, config, rows)),
            write: |api, ask, config, form, before| {
                Box::pin(K::write(api, ask, config, form, before))
            },
        }
    }
}

impl Model {
    /// The model of a kind of objects.
    pub fn of<K: Editable>(
        name: impl Into<String>,
        natural: &'static [&'static [&'static str]],
    ) -> Self {
        Self {
            name: name.into(),
            shape: K::SHAPE,
            natural,
            home: Home::Object(Work::of::<K>()),
        }
    }

    fn apart(
        name: &str,
        shape: &'static Shape,
        natural: &'static [&'static [&'static str]],
        home: Home,
    ) -> Self {
        Self {
            name: name.to_owned(),
            shape,
            natural,
            home,
        }
    }

    /// The names of the fields that can be set.
    pub fn settable(&self) -> impl Iterator<Item = &'static str> {
        let fields = self.shape.fields.iter();
        let given = fields.filter(|field| field.input != Presence::Absent);
        given.map(|field| field.name)
    }
}

const NAME: &[&[&str]] = &[&["name"]];
const SLUG: &[&[&str]] = &[&["slug"]];
const BOUND: &[&[&str]] = &[
    &["target", "policy", "order"],
    &["target", "group", "order"],
    &["target", "user", "order"],
];

/// All of them. What others name comes before these, so that who writes them in this order names nothing that comes later,
/// but for flows, which name nothing.
pub static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| {
    let mut all = vec![
        Model::apart(
            "authentik_core.group",
            &groups::shape::GROUP,
            NAME,
            Home::Group,
        ),
        Model::apart(
            "authentik_core.user",
            &users::shape::USER,
            &[&["username"]],
            Home::User,
        ),
        Model::of::<CertificateKeyPairs>("authentik_crypto.certificatekeypair", NAME),
        Model::of::<Flows>("authentik_flows.flow", SLUG),
        Model::of::<ExpressionPolicies>("authentik_policies_expression.expressionpolicy", NAME),
        Model::of::<OAuthSources>("authentik_sources_oauth.oauthsource", SLUG),
        Model::of::<Prompts>("authentik_stages_prompt.prompt", NAME),
    ];
    all.extend(stages::models());
    all.extend([
        Model::of::<FlowStageBindings>(
            "authentik_flows.flowstagebinding",
            &[&["target", "stage", "order"]],
        ),
        Model::of::<ScopeMappings>(
            "authentik_providers_oauth2.scopemapping",
            &[&["managed"], &["name"]],
        ),
        Model::of::<Oauth2Providers>("authentik_providers_oauth2.oauth2provider", NAME),
        Model::of::<Applications>("authentik_core.application", SLUG),
        Model::of::<PolicyBindings>("authentik_policies.policybinding", BOUND),
        Model::apart(
            "authentik_core.token",
            &tokens::shape::TOKEN,
            &[&["identifier"]],
            Home::Token,
        ),
        Model::apart(
            "authentik_brands.brand",
            &brands::shape::BRAND,
            &[&["domain"]],
            Home::Brand,
        ),
        Model::apart(
            "authentik_stages_invitation.invitation",
            &invitations::shape::INVITATION,
            NAME,
            Home::Invitation,
        ),
    ]);
    all
});

/// The model with this name; Django does not mind capitals.
pub fn named(name: &str) -> Option<&'static Model> {
    MODELS
        .iter()
        .find(|model| model.name.eq_ignore_ascii_case(name))
}

/// The model of an object of the configuration.
pub fn of(object: &Object) -> Option<&'static Model> {
    MODELS.iter().find(|model| match model.home {
        Home::Object(work) => work.of == object.kind() && (work.is)(object),
        Home::User | Home::Group | Home::Token | Home::Brand | Home::Invitation => false,
    })
}
