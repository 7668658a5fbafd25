//! Everything tests and checks need beyond Cargo, fetched by itself at a fixed version.

pub mod cache;
mod jars;
mod python;
mod relying_parties;
pub mod system;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{step, workspace};

pub use jars::{dynamodb_local, elasticmq};
pub use relying_parties::{
    APACHE_MODULES, apache, go_relying_party, python_relying_party, spring_relying_party,
};

const CFN_LINT: &str = "1.58.0";
const SAM: &str = "1.170.0";
const SOCIAL_AUTH: &str = "7.0.0";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";

/// The `cargo-lambda` binary. Its folder also has the Python that finds Zig, the linker for another
/// architecture: use [`cargo_lambda_command`] to run it. Both make what is deployed, and are pinned by hash.
///
/// # Errors
/// When Python is missing, or the fetch fails.
pub fn cargo_lambda() -> Result<PathBuf> {
    let requirements = "infra/xtask/cargo-lambda/requirements.txt";
    python::locked_tool("cargo-lambda", requirements, "cargo-lambda")
}

/// `cargo lambda`, in the workspace's folder, to which a subcommand is added.
///
/// # Errors
/// As [`cargo_lambda`].
pub fn cargo_lambda_command() -> Result<Command> {
    let binary = cargo_lambda()?;
    let mut command = Command::new(&binary);
    command
        .arg("lambda")
        .current_dir(workspace::root())
        .env("PATH", path_with(&binary)?);
    Ok(command)
}

/// The `PATH` with a tool's folder before it.
///
/// # Errors
/// When that has a colon in it.
pub(crate) fn path_with(binary: &Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = binary
        .parent()
        .context("a tool lies in a folder")?
        .to_path_buf();
    Ok(std::env::join_paths(
        std::iter::once(folder).chain(std::env::split_paths(&path)),
    )?)
}

/// The `cfn-lint` script.
///
/// # Errors
/// When Python is missing, or the fetch fails.
pub fn cfn_lint() -> Result<PathBuf> {
    python::tool(
        &format!("cfn-lint-{CFN_LINT}"),
        &[format!("cfn-lint=={CFN_LINT}")],
        "cfn-lint",
    )
}

/// The `sam` script.
///
/// # Errors
/// When Python is missing, or the fetch fails.
pub fn sam() -> Result<PathBuf> {
    python::tool(
        &format!("aws-sam-cli-{SAM}"),
        &[format!("aws-sam-cli=={SAM}")],
        "sam",
    )
}

/// A Python with the translator of SAM's templates, which `sam` brings.
///
/// # Errors
/// As [`sam`].
pub fn sam_python() -> Result<PathBuf> {
    Ok(sam()?.with_file_name("python"))
}

/// A Python with social-auth-core, whose GitHub Enterprise backend the tests sign in with.
///
/// # Errors
/// When Python is missing, or the fetch fails.
pub fn social_auth() -> Result<PathBuf> {
    python::tool(
        &format!("social-auth-core-{SOCIAL_AUTH}"),
        &[format!("social-auth-core=={SOCIAL_AUTH}")],
        "python",
    )
}

/// A Python with authentik's own client and with schemathesis, exactly as `tests/clients/python/requirements.txt` says.
///
/// # Errors
/// When there is no such file, Python is missing or older than 3.11, or the fetch fails.
pub fn python_clients() -> Result<PathBuf> {
    python::locked("python-clients", "tests/clients/python/requirements.txt")
}

/// The program of `tests/clients/go`, which is authentik's own client in Go at the version of its `go.mod`. Go keeps
/// what it builds in a cache of its own.
///
/// # Errors
/// When Go is missing, or too old, or the fetch fails.
pub fn go_client() -> Result<PathBuf> {
    go_program("go-client", "tests/clients/go")
}

fn go_program(name: &str, source: &str) -> Result<PathBuf> {
    let program = workspace::scratch(name)?.join("program");
    let _lock = cache::lock(&cache::folder()?, name)?;
    let mut go = Command::new(system::need(system::GO)?);
    go.args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(workspace::root().join(source));
    step::run_quietly(&mut go).with_context(|| format!("cannot build {source}"))?;
    Ok(program)
}

/// The `cargo-deny` binary.
///
/// # Errors
/// When it cannot be built.
pub fn cargo_deny() -> Result<PathBuf> {
    from_source("cargo-deny", CARGO_DENY, &["--no-default-features"])
}

/// The `cargo-fuzz` binary.
///
/// # Errors
/// When it cannot be built.
pub fn cargo_fuzz() -> Result<PathBuf> {
    from_source("cargo-fuzz", CARGO_FUZZ, &[])
}

/// A binary of crates.io, built from source in debug: that takes a minute and is done once.
fn from_source(name: &str, version: &str, more: &[&str]) -> Result<PathBuf> {
    let folder = cache::tool(&cache::folder()?, &format!("{name}-{version}"), |into| {
        let build = into.join("build");
        let mut install = workspace::cargo();
        install.args(["install", "--quiet", "--locked", "--debug"]);
        install.args(more).arg("--root").arg(into);
        install.arg("--target-dir").arg(&build);
        install.args(["--version", version, name]);
        step::run_quietly(&mut install)?;
        std::fs::remove_dir_all(build)?;
        present(&into.join("bin").join(name))
    })?;
    Ok(folder.join("bin").join(name))
}

/// A Chromium on the `PATH`.
///
/// # Errors
/// When there is none and it cannot be installed.
pub fn chromium() -> Result<PathBuf> {
    system::need(system::CHROMIUM)
}

/// `node_modules` of `tests/e2e`, exactly as its `package-lock.json` says.
///
/// # Errors
/// When there is no lock file, npm is missing, or the fetch fails.
pub fn node_modules() -> Result<PathBuf> {
    let folder = workspace::root().join("tests/e2e");
    let wanted =
        std::fs::read(folder.join("package-lock.json")).context("tests/e2e/package-lock.json")?;
    let modules = folder.join("node_modules");
    let marker = modules.join(".latchkey-lock"); // a copy of the lock file it was made from, written last
    let _lock = cache::lock(&cache::folder()?, "node-modules")?;
    if std::fs::read(&marker).is_ok_and(|made| made == wanted) {
        return Ok(modules);
    }
    let mut npm = Command::new(system::need(system::NPM)?);
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
        .current_dir(&folder);
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    step::run_quietly(&mut npm).context("cannot fetch the modules of tests/e2e")?;
    std::fs::create_dir_all(&modules)?;
    std::fs::write(marker, wanted)?;
    Ok(modules)
}

fn present(file: &Path) -> Result<()> {
    if !file.exists() {
        bail!("{} was not among what was fetched", file.display());
    }
    Ok(())
}

/// A tool by its title, and what finds or fetches it.
type Fetch = (&'static str, fn() -> Result<PathBuf>);

/// Fetches every tool, all at once, and prints where each one is.
///
/// # Errors
/// The first that cannot be had.
pub fn fetch_all() -> Result<()> {
    let tools: [Fetch; 13] = [
        ("DynamoDB Local", dynamodb_local),
        ("ElasticMQ", elasticmq),
        ("cargo-lambda", cargo_lambda),
        ("cfn-lint", cfn_lint),
        ("sam", sam),
        ("cargo-deny", cargo_deny),
        ("Chromium", chromium),
        ("Python clients", python_clients),
        ("Go client", go_client),
        ("Authlib", python_relying_party),
        ("go-oidc", go_relying_party),
        ("Apache", apache),
        ("node modules", node_modules),
    ];
    std::thread::scope(|scope| {
        let fetching = tools.map(|(title, fetch)| (title, scope.spawn(fetch)));
        for (title, fetching) in fetching {
            let path = fetching.join();
            let path = path.map_err(|_| anyhow!("fetching {title} panicked"))??;
            step::say(format_args!("    {title:<15} {}", path.display()));
        }
        Ok(())
    })
}
