//! Who may depend on whom: protocol ← provider ← management ← aws ← local, { expressions, fetch, passkeys } beside
//! management, and functions on none but those in the middle. Versions stand in the workspace's manifest alone.

use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// One crate of the workspace and what it names.
#[derive(Debug)]
pub struct Member {
    /// Name of the package.
    pub name: String,
    /// Folder, relative to the root.
    pub folder: String,
    /// Its `[dependencies]`, `[build-dependencies]` and `[dev-dependencies]`.
    pub dependencies: Vec<Dependency>,
    /// Entries of its manifest that are not `workspace = true`.
    pub own_versions: Vec<String>,
}

/// One entry of a manifest.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Name of the package.
    pub name: String,
    /// Whether only tests use it.
    pub dev: bool,
    /// Features asked for here.
    pub features: Vec<String>,
}

/// The shared crates, and which of them each may use. A row may only name rows above it.
const SHARED: &[(&str, &[&str])] = &[
    ("xtask", &[]),
    ("protocol", &[]),
    ("provider", &["protocol"]),
    ("management", &["protocol", "provider"]),
    ("aws", &["protocol", "provider", "management"]),
    ("expressions", &["protocol", "provider"]),
    ("fetch", &["protocol", "provider"]),
    ("passkeys", &["provider"]),
    (
        "local",
        &[
            "protocol",
            "provider",
            "management",
            "aws",
            "expressions",
            "fetch",
            "passkeys",
        ],
    ),
];

/// All that a function may name: the endpoint, its ports, and the runtime they run on.
const OF_A_FUNCTION: &[&str] = &[
    "provider",
    "management",
    "aws",
    "expressions",
    "fetch",
    "passkeys",
    "tokio",
];

/// Names that begin so are AWS's own; `aws-lc-rs` is cryptography and none of them.
const OF_AWS: &[&str] = &[
    "aws-config",
    "aws-sdk-",
    "aws-smithy-",
    "aws-types",
    "lambda_",
    "serde_dynamo",
];

/// The workspace as Cargo sees it.
///
/// # Errors
/// When a manifest cannot be read.
pub fn read(root: &Path) -> Result<Vec<Member>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot read the workspace's manifests")?;
    let mut members = Vec::new();
    for package in metadata.packages {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().unwrap_or(root);
        let folder = folder
            .strip_prefix(root)
            .unwrap_or(folder)
            .to_string_lossy()
            .into_owned();
        let dependencies = package.dependencies.iter().map(|found| Dependency {
            name: found.name.clone(),
            dev: found.kind == DependencyKind::Development,
            features: found.features.clone(),
        });
        members.push(Member {
            dependencies: dependencies.collect(),
            own_versions: own_versions(&std::fs::read_to_string(manifest)?)?,
            name: package.name.to_string(),
            folder,
        });
    }
    Ok(members)
}

/// Entries of a member's manifest that name a version, a path or a source of their own.
fn own_versions(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse()?;
    let mut own = Vec::new();
    for (section, entries) in &manifest {
        if !section.ends_with("dependencies") {
            continue;
        }
        for (name, entry) in entries.as_table().into_iter().flatten() {
            if entry.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                own.push(name.clone());
            }
        }
    }
    if manifest.contains_key("target") {
        own.push("[target.…]".to_owned());
    }
    Ok(own)
}

/// Findings about the edges.
pub fn check(members: &[Member]) -> Vec<String> {
    members
        .iter()
        .flat_map(|member| check_member(member, members))
        .collect()
}

fn check_member(member: &Member, all: &[Member]) -> Vec<String> {
    let manifest = format!("{}/Cargo.toml", member.folder);
    let mut findings = Vec::new();
    for name in &member.own_versions {
        findings.push(format!(
            "{manifest}: {name} must be `workspace = true`; versions stand in the root's"
        ));
    }
    for dependency in &member.dependencies {
        if let Some(reason) = refused(member, dependency, all) {
            findings.push(format!(
                "{manifest}: {} may not depend on {}: {reason}",
                member.name, dependency.name
            ));
        }
    }
    findings
}

/// Why an edge is not allowed, or `None`.
fn refused(member: &Member, dependency: &Dependency, all: &[Member]) -> Option<String> {
    let target = all.iter().find(|other| other.name == dependency.name);
    if member.folder.starts_with("tests/") {
        return None; // tests see everything
    }
    if dependency.features.iter().any(|f| f == "fuzzing") {
        return Some("the feature `fuzzing` is for tests/fuzz".to_owned());
    }
    if member.folder.starts_with("functions/") {
        let allowed = OF_A_FUNCTION.contains(&dependency.name.as_str()) && !dependency.dev;
        return (!allowed).then(|| format!("a function has only {}", OF_A_FUNCTION.join(", ")));
    }
    let Some(ours) = target else {
        return refused_outside(member, dependency);
    };
    if ours.name == "xtask" || ours.name == "authenticator" {
        return (!dependency.dev).then(|| "it is for tests".to_owned());
    }
    let Some((_, allowed)) = SHARED.iter().find(|(name, _)| *name == member.name) else {
        return Some("add the crate to the table in infra/xtask/src/tidy/edges.rs".to_owned());
    };
    let same = ours.name == member.name && dependency.dev; // a crate's own test feature
    let fits = same || allowed.contains(&ours.name.as_str());
    (!fits).then(|| {
        "the direction is protocol <- provider <- management <- aws <- local, \
         with expressions, fetch and passkeys beside management"
            .to_owned()
    })
}

/// Of the world's crates, those of AWS belong to `aws`, and to tests.
fn refused_outside(member: &Member, dependency: &Dependency) -> Option<String> {
    let of_aws = OF_AWS
        .iter()
        .any(|prefix| dependency.name.starts_with(prefix));
    let fits = !of_aws || dependency.dev || member.name == "aws";
    (!fits).then(|| "ask shared/aws for a port".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, folder: &str, dependencies: &[&str]) -> Member {
        let dependencies = dependencies.iter().map(|name| Dependency {
            name: name.trim_start_matches("dev:").to_owned(),
            dev: name.starts_with("dev:"),
            features: Vec::new(),
        });
        let dependencies = dependencies.collect();
        Member {
            name: name.into(),
            folder: folder.into(),
            dependencies,
            own_versions: Vec::new(),
        }
    }

    fn workspace(changed: Member) -> Vec<Member> {
        let mut members = vec![
            member("protocol", "shared/protocol", &["serde", "dev:proptest"]),
            member("provider", "shared/provider", &["protocol", "dev:xtask"]),
            member(
                "aws",
                "shared/aws",
                &[
                    "protocol",
                    "provider",
                    "management",
                    "aws-sdk-kms",
                    "dev:xtask",
                ],
            ),
            member("management", "shared/management", &["protocol", "provider"]),
            member(
                "local",
                "shared/local",
                &["aws", "axum", "aws-lc-rs", "dev:aws-sdk-kms"],
            ),
            member("fetch", "shared/fetch", &["provider", "tokio-rustls"]),
            member("token", "functions/token", &["aws", "provider", "tokio"]),
            member("xtask", "infra/xtask", &["clap"]),
            member(
                "integration",
                "tests/integration",
                &["local", "protocol", "xtask"],
            ),
        ];
        members.retain(|member| member.name != changed.name);
        members.push(changed);
        members
    }

    #[test]
    fn the_layers_as_designed_are_tidy() {
        let same = member("token", "functions/token", &["aws", "provider", "tokio"]);
        assert_eq!(check(&workspace(same)), Vec::<String>::new());
    }

    #[test]
    fn an_edge_against_the_direction_is_found() {
        for (name, folder, target) in [
            ("protocol", "shared/protocol", "provider"),
            ("provider", "shared/provider", "aws"),
            ("provider", "shared/provider", "dev:aws"),
            ("provider", "shared/provider", "management"),
            ("management", "shared/management", "aws"),
            ("management", "shared/management", "lambda_http"),
            ("aws", "shared/aws", "local"),
            ("aws", "shared/aws", "xtask"),
            ("aws", "shared/aws", "fetch"),
            ("fetch", "shared/fetch", "aws"),
            ("xtask", "infra/xtask", "protocol"),
            ("token", "functions/token", "local"),
            ("token", "functions/token", "protocol"),
            ("token", "functions/token", "aws-sdk-kms"),
            ("local", "shared/local", "integration"),
            ("local", "shared/local", "aws-sdk-kms"),
            ("provider", "shared/provider", "lambda_http"),
            ("stranger", "shared/stranger", "protocol"),
        ] {
            let findings = check(&workspace(member(name, folder, &[target])));
            assert_eq!(findings.len(), 1, "{name} on {target}: {findings:?}");
            assert!(
                findings
                    .concat()
                    .starts_with(&format!("{folder}/Cargo.toml: {name} may not")),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn a_version_stands_in_the_workspaces_manifest_alone() {
        let manifest = "[dependencies]\nserde.workspace = true\nhttp = \"1\"\naws = { path = \"../aws\" }\n\
                        [dev-dependencies]\ninsta = { workspace = true, features = [\"json\"] }\n";
        assert_eq!(own_versions(manifest).unwrap(), ["aws", "http"]);
    }
}
