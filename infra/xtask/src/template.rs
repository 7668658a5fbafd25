//! What the template must say that no linter asks for: of its policies ([`access`]), of each function ([`each`]), of its
//! parameters and settings ([`settings`]), of the way in by `CloudFront` ([`edge`]), of a second region ([`regions`]), and of what
//! is kept ([`kept`]). A finding is one line.

mod access;
mod each;
mod edge;
mod kept;
mod regions;
mod settings;
mod value;

use std::path::Path;

use anyhow::{Context as _, Result};

use value::Template;

const TEMPLATE: &str = "infra/template.yaml";
const PATTERN: &str = "infra/each-function.yaml";
const SETTINGS: &str = "shared/aws/src/settings.rs";
const PAGE: &str = "docs/deploy.md";

/// The template and what must agree with it.
struct Sources {
    template: String,
    pattern: String,
    settings: String,
    page: String,
}

impl Sources {
    fn read(root: &Path) -> Result<Self> {
        let text = |name: &str| {
            std::fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"))
        };
        Ok(Self {
            template: text(TEMPLATE)?,
            pattern: text(PATTERN)?,
            settings: text(SETTINGS)?,
            page: text(PAGE)?,
        })
    }
}

/// What is missing.
///
/// # Errors
/// Where a file cannot be read, it is no template, or Node is missing, which runs the router.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let sources = Sources::read(root)?;
    let template = Template::parse(&sources.template)?;
    let mut findings = access::check(&sources.template, &template);
    findings.extend(each::check(&sources, &template)?);
    findings.extend(settings::check(&sources, &template)?);
    findings.extend(edge::check(&template));
    findings.extend(regions::check(&template));
    findings.extend(kept::check(root, &template)?);
    let routes = crate::tidy::routes::read(root)?.canonical;
    findings.extend(edge::check_router(&template, &routes)?);
    Ok(findings)
}

/// Writes the part of the template that is the same for each function.
///
/// # Errors
/// As [`check`].
pub fn write(root: &Path) -> Result<()> {
    let sources = Sources::read(root)?;
    let template = Template::parse(&sources.template)?;
    let written = each::written(&sources.template, &sources.pattern, &template)?;
    std::fs::write(root.join(TEMPLATE), written)?;
    Ok(())
}
