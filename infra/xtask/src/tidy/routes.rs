//! One route table, `shared/provider/src/http/route.rs`, and its copies: the template's events and the routes of
//! `cargo lambda watch`. Each path comes with and without its trailing slash, but for those with `{proxy+}`: any rest is theirs.
//! API Gateway has no routes that end in a slash; there, `/x/` is what `/x/{proxy+}` takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use regex::Regex;
use serde_norway::Value;

/// What stands for any rest of a path, at API Gateway and in the table.
const REST: &str = "{proxy+}";
/// API Gateway's route of what no other takes, and the rest that it is for: as a greedy route, it would fit `/application/o/token/`
/// too, and AWS does not say which of two greedy routes is taken where a variable stands beside a literal.
const DEFAULT: (&str, &str) = ("$default", "/application/o/{slug}/{proxy+}");
/// [`REST`] for `cargo lambda watch` (the crate matchit).
const WATCHS_REST: &str = "{*proxy}";

/// Where the table is.
pub const TABLE: &str = "shared/provider/src/http/route.rs";
const TEMPLATE: &str = "infra/template.yaml";
const MANIFEST: &str = "Cargo.toml";

/// Path → function, with both forms of each path.
pub type Routes = BTreeMap<String, String>;

/// The table and all that must agree with it.
#[derive(Debug, Default)]
pub struct Copies {
    /// The table's paths as written, with their functions.
    pub canonical: Vec<(String, String)>,
    /// The template's.
    pub template: Template,
    /// The manifest's.
    pub watch: Routes,
    /// Folders of `functions/`.
    pub folders: Vec<String>,
}

/// What calls a function that has no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A schedule.
    Schedule,
    /// A queue.
    Queue,
}

/// What the template says of routes.
#[derive(Debug, Default)]
pub struct Template {
    /// Path → function.
    pub routes: Routes,
    /// Function without a path → what calls it.
    pub triggers: BTreeMap<String, Trigger>,
    /// What is wrong with its functions and events in themselves.
    pub findings: Vec<String>,
}

/// Reads the table and its copies.
///
/// # Errors
/// When a file is missing or no TOML or YAML.
pub fn read(root: &Path) -> Result<Copies> {
    let text = |name: &str| {
        std::fs::read_to_string(root.join(name)).with_context(|| format!("cannot read {name}"))
    };
    Ok(Copies {
        canonical: parse_table(&text(TABLE)?)?,
        template: parse_template(&text(TEMPLATE)?).context(TEMPLATE)?,
        watch: parse_manifest(&text(MANIFEST)?).context(MANIFEST)?,
        folders: crate::workspace::functions(root)?,
    })
}

/// The entries `Route { path: "/…", function: "…" }` of the table; a path may be the name of a `const` beside it.
fn parse_table(source: &str) -> Result<Vec<(String, String)>> {
    let entry =
        Regex::new(r#"Route\s*\{\s*path:\s*("?)([^",\s]+)"?,\s*function:\s*"([^"]+)",?\s*\}"#)?;
    let mut table = Vec::new();
    for (_, [quote, path, function]) in entry.captures_iter(source).map(|found| found.extract()) {
        let path = if quote.is_empty() {
            constant(source, path)?
        } else {
            path.to_owned()
        };
        table.push((path, function.to_owned()));
    }
    Ok(table)
}

/// Value of `const NAME: &str = "…";`.
fn constant(source: &str, name: &str) -> Result<String> {
    let pattern = format!(
        r#"const {}:\s*&(?:'static )?str\s*=\s*"([^"]+)";"#,
        regex::escape(name)
    );
    let value = Regex::new(&pattern)?
        .captures(source)
        .and_then(|found| found.get(1));
    Ok(value
        .with_context(|| format!("{TABLE}: no `const {name}: &str = \"…\";`"))?
        .as_str()
        .to_owned())
}

fn parse_manifest(manifest: &str) -> Result<Routes> {
    let manifest: toml::Table = manifest.parse()?;
    let mut node = manifest.get("workspace");
    for key in ["metadata", "lambda", "watch", "router"] {
        node = node.and_then(|table| table.get(key));
    }
    let routes = node
        .and_then(toml::Value::as_table)
        .context("no [workspace.metadata.lambda.watch.router]")?;
    let named = |function: &toml::Value| function.as_str().unwrap_or("(not a name)").to_owned();
    Ok(routes
        .iter()
        .map(|(path, function)| (path.replace(WATCHS_REST, REST), named(function)))
        .collect())
}

fn parse_template(template: &str) -> Result<Template> {
    let template: Value = serde_norway::from_str(template)?;
    let resources = template
        .get("Resources")
        .and_then(Value::as_mapping)
        .context("no Resources")?;
    let mut read = Template::default();
    for (id, resource) in resources {
        let (id, kind) = (
            id.as_str().unwrap_or_default(),
            resource.get("Type").and_then(Value::as_str),
        );
        if kind == Some("AWS::Serverless::Function") {
            read_function(&mut read, id, resource);
        }
    }
    Ok(read)
}

fn read_function(read: &mut Template, id: &str, resource: &Value) {
    let at = |path: &[&str]| path.iter().try_fold(resource, |node, key| node.get(key));
    let text = |path: &[&str]| at(path).and_then(Value::as_str).unwrap_or_default();
    let function = text(&["Metadata", "BuildProperties", "Binary"]);
    if text(&["Properties", "CodeUri"]) != format!("../functions/{function}") {
        read.findings.push(format!(
            "{TEMPLATE}: {id}: CodeUri must be the folder of its Binary, {function:?}"
        ));
    }
    let events = at(&["Properties", "Events"]).and_then(Value::as_mapping);
    for (name, event) in events.into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let property = |key: &str| {
            event
                .get("Properties")
                .and_then(|p| p.get(key))
                .and_then(Value::as_str)
        };
        let trigger = match event.get("Type").and_then(Value::as_str) {
            Some("Schedule" | "ScheduleV2") => Some(Trigger::Schedule),
            Some("SQS") => Some(Trigger::Queue),
            Some(_) | None => None,
        };
        if let Some(trigger) = trigger {
            read.triggers.insert(function.to_owned(), trigger);
        }
        let Some(path) = property("Path") else {
            continue;
        };
        if property("Method") != Some("ANY") {
            read.findings.push(format!(
                "{TEMPLATE}: {id}.{name}: Method must be ANY; the function answers 405"
            ));
        }
        if read
            .routes
            .insert(path.to_owned(), function.to_owned())
            .is_some()
        {
            read.findings
                .push(format!("{TEMPLATE}: {id}.{name}: {path} is routed twice"));
        }
    }
}

/// Both forms of each canonical path; the root has one, and so has what ends in [`REST`].
fn with_slashes(canonical: &[(String, String)]) -> Routes {
    let bare = |path: &str| path.strip_suffix('/').unwrap_or(path).to_owned();
    let both = canonical.iter().flat_map(|(path, function)| {
        [
            (bare(path), function.clone()),
            (format!("{}/", bare(path)), function.clone()),
        ]
    });
    let rest = format!("{REST}/");
    both.filter(|(path, _)| !path.is_empty() && !path.ends_with(&rest))
        .collect()
}

/// The same as routes of API Gateway. `/api/v3/` is left to `/api/v3/{proxy+}`.
fn at_the_gateway(canonical: &[(String, String)]) -> Routes {
    let literal = with_slashes(canonical);
    let (rests, mut routes): (Routes, Routes) = literal
        .into_iter()
        .partition(|(path, _)| path.len() > 1 && path.ends_with('/'));
    for (path, function) in rests {
        let greedy = format!("{path}{REST}");
        let route = if greedy == DEFAULT.1 {
            DEFAULT.0
        } else {
            &greedy
        };
        routes.entry(route.to_owned()).or_insert(function);
    }
    routes
}

/// Findings about the copies.
pub fn check(copies: &Copies) -> Vec<String> {
    if copies.canonical.is_empty() {
        return vec![format!(
            "{TABLE}: no entry such as `Route {{ path: \"/…\", function: \"…\" }}`"
        )];
    }
    let want = with_slashes(&copies.canonical);
    let mut findings = copies.template.findings.clone();
    let single = copies.canonical.iter();
    let single = single.filter(|(path, _)| path == "/" || path.ends_with(REST));
    if want.len() < 2 * copies.canonical.len() - single.count() {
        findings.push(format!(
            "{TABLE}: a path is there twice, perhaps with and without its slash"
        ));
    }
    let gateway = at_the_gateway(&copies.canonical);
    findings.extend(differences(TEMPLATE, &gateway, &copies.template.routes));
    findings.extend(differences(
        &format!("{MANIFEST} (lambda.watch.router)"),
        &want,
        &copies.watch,
    ));
    let routed: BTreeSet<&str> = want.values().map(String::as_str).collect();
    let folders: BTreeSet<&str> = copies.folders.iter().map(String::as_str).collect();
    for function in routed.difference(&folders) {
        findings.push(format!(
            "{TABLE}: routes lead to {function}, but there is no functions/{function}"
        ));
    }
    let called = &copies.template.triggers;
    for function in folders.difference(&routed) {
        if !called.contains_key(*function) {
            findings.push(format!(
                "functions/{function}: no route of {TABLE} leads there, and no schedule or queue of {TEMPLATE}"
            ));
        }
    }
    for function in called.keys().filter(|it| !folders.contains(it.as_str())) {
        findings.push(format!("{TEMPLATE}: there is no functions/{function}"));
    }
    findings
}

fn differences(copy: &str, want: &Routes, have: &Routes) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, function) in want {
        match have.get(path) {
            None => findings.push(format!(
                "{copy}: lacks {path} (to {function}), which {TABLE} has"
            )),
            Some(other) if other != function => {
                findings.push(format!(
                    "{copy}: {path} leads to {other}, in {TABLE} to {function}"
                ));
            }
            Some(_) => {}
        }
    }
    let more = have.keys().filter(|path| !want.contains_key(*path));
    findings.extend(more.map(|path| format!("{copy}: has {path}, which {TABLE} lacks")));
    findings
}

#[cfg(test)]
mod tests;
