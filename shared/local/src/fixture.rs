//! A fixture: applications with their providers, what these are made of, and people, in YAML.
//!
//! `docs/fixture.md` describes the format. It names things as authentik's API does, and refuses what it does
//! not know, with the line.

mod application;
mod brand;
mod consent;
mod directory;
mod flow;
mod provider;
mod source;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use ::provider::brand::Brand;
use anyhow::{Context as _, bail, ensure};
use protocol::{Scope, Slug};
use serde::Deserialize;

pub use application::{Application, Binding, Bound};
pub use consent::ConsentKind;
pub use directory::{AppPassword, Group, Person, Token};
pub use flow::{Flow, Invitation};
pub use provider::{Custody, EncryptionKey, PairWanted, Provider, SigningKey};
pub use source::Source;
pub use stage::{Named, Prompt, Stage};

/// All of it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What the pages call the provider.
    #[serde(default)]
    pub title: Option<String>,
    /// The application that `WebFinger` speaks of.
    #[serde(default)]
    pub default_application: Option<Slug>,
    /// What pages look like, and the flows they lead to.
    #[serde(default)]
    pub brand: brand::Settings,
    /// The same for other hosts.
    #[serde(default)]
    pub brands: Vec<brand::Host>,
    /// Groups.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Scope mappings beside the shipped ones.
    #[serde(default)]
    pub scope_mappings: Vec<ScopeMapping>,
    /// Expression policies.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// OAuth sources.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Applications, each with its provider.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// Flows beside the shipped ones, or in their place.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// Stages.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// Fields of prompt stages.
    #[serde(default)]
    pub prompts: Vec<Prompt>,
    /// Who may make an account.
    #[serde(default)]
    pub invitations: Vec<Invitation>,
    /// People.
    #[serde(default)]
    pub users: Vec<Person>,
}

/// A scope mapping.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeMapping {
    /// Unique.
    pub name: String,
    /// The scope it belongs to.
    pub scope_name: Scope,
    /// What the consent page says; empty hides it.
    #[serde(default)]
    pub description: String,
    /// Python.
    pub expression: String,
    /// authentik's name of it, where it has one.
    #[serde(default)]
    pub managed: Option<String>,
}

/// An expression policy.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Unique; bindings name it by this.
    pub name: String,
    /// Python.
    pub expression: String,
    /// Whether every run leaves an event.
    #[serde(default)]
    pub execution_logging: bool,
}

impl Fixture {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it; nothing has been changed then.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the fixture {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("the fixture {} is not valid", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let fixture: Self = serde_norway::from_str(text)?;
        fixture.names_are_given_once()?;
        for application in &fixture.applications {
            let slug = &application.slug;
            let checked = application.check();
            checked.with_context(|| format!("application {slug}"))?;
        }
        for person in &fixture.users {
            person.check()?;
        }
        for flow in &fixture.flows {
            let checked = flow.check();
            checked.with_context(|| format!("flow {}", flow.slug))?;
        }
        for stage in &fixture.stages {
            stage.check()?;
        }
        fixture
            .brand
            .applied_to(&Brand::default())
            .context("brand")?;
        for host in &fixture.brands {
            host.check()?;
        }
        for group in &fixture.groups {
            ensure!(!group.name.trim().is_empty(), "a group has no name");
        }
        Ok(fixture)
    }

    fn names_are_given_once(&self) -> anyhow::Result<()> {
        let mut ids = Vec::new();
        for application in &self.applications {
            ids.push(
                application
                    .provider
                    .client_id(&application.slug)?
                    .to_string(),
            );
        }
        once(
            "slug",
            self.applications.iter().map(|it| it.slug.to_string()),
        )?;
        once("client_id", ids)?;
        once("group", self.groups.iter().map(|it| it.name.clone()))?;
        once(
            "scope mapping",
            self.scope_mappings.iter().map(|it| it.name.clone()),
        )?;
        once("policy", self.policies.iter().map(|it| it.name.clone()))?;
        once("flow", self.flows.iter().map(|it| it.slug.to_string()))?;
        once("stage", self.stages.iter().map(|it| it.name.clone()))?;
        once("prompt", self.prompts.iter().map(|it| it.name.clone()))?;
        once("brand", self.brands.iter().map(|it| it.domain.clone()))?;
        once("source", self.sources.iter().map(|it| it.slug.to_string()))?;
        once(
            "user",
            self.users.iter().map(|it| it.username.to_lowercase()),
        )?;
        let tokens = self.users.iter().flat_map(Person::all_tokens);
        once("token", tokens.map(|it| it.identifier))
    }
}

fn once(what: &str, names: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            bail!("the {what} {name} is given twice");
        }
    }
    Ok(())
}

const fn yes() -> bool {
    true
}
