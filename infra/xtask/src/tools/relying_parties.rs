//! What `tests/relying-parties` runs: programs in other languages, over libraries that nobody here wrote.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{cache, present, python, system};
use crate::{step, workspace};

const PYTHON: &str = "tests/relying-parties/python/requirements.txt";
const GO: &str = "tests/relying-parties/go";
const SPRING: &str = "tests/relying-parties/spring";

/// Where Debian's Apache has its modules.
pub const APACHE_MODULES: &str = "/usr/lib/apache2/modules";

/// A Python with Authlib, exactly as `requirements.txt` says.
///
/// # Errors
/// When Python is missing or older than 3.11, or the fetch fails.
pub fn python_relying_party() -> Result<PathBuf> {
    python::locked("python-relying-party", PYTHON)
}

/// The program of `tests/relying-parties/go`, over `golang.org/x/oauth2` and go-oidc.
///
/// # Errors
/// When Go is missing, or too old, or the fetch fails.
pub fn go_relying_party() -> Result<PathBuf> {
    super::go_program("go-relying-party", GO)
}

/// Java, and the class path of `tests/relying-parties/spring`: Spring Security by Maven, and the application compiled.
///
/// # Errors
/// When the JDK or Maven is missing, or the fetch fails.
pub fn spring_relying_party() -> Result<(PathBuf, OsString)> {
    let source = workspace::root().join(SPRING);
    let pom = std::fs::read(source.join("pom.xml")).context("pom.xml")?;
    let libraries = cache::tool(&cache::folder()?, &python::named("spring", &pom), |into| {
        fetch(&source, into)
    })?;
    let jars = libraries.join("lib").join("*");
    let classes = workspace::scratch("spring")?;
    let mut compiler = Command::new(system::need(system::JDK)?);
    compiler.arg("-parameters").arg("-cp").arg(&jars);
    compiler
        .arg("-d")
        .arg(&classes)
        .arg(source.join("App.java"));
    step::run_quietly(&mut compiler)?;
    let path = std::env::join_paths([jars, classes])?;
    Ok((system::need(system::JAVA)?, path))
}

fn fetch(source: &Path, into: &Path) -> Result<()> {
    let lib = into.join("lib");
    let mut maven = Command::new(system::need(system::MAVEN)?);
    maven
        .args(["--batch-mode", "--quiet", "--file"])
        .arg(source.join("pom.xml"))
        .arg("dependency:copy-dependencies")
        .arg(format!("-DoutputDirectory={}", lib.display()))
        .arg("-DincludeScope=runtime");
    step::run_quietly(&mut maven)?;
    present(&lib)
}

/// Apache with `mod_auth_openidc`.
///
/// # Errors
/// When either is missing and cannot be installed.
pub fn apache() -> Result<PathBuf> {
    let httpd = system::need(system::APACHE)?;
    let module = Path::new(APACHE_MODULES).join("mod_auth_openidc.so");
    if !module.exists() {
        system::install(system::APACHE)?; // Apache alone was there
    }
    present(&module)?;
    Ok(httpd)
}
