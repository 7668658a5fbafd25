//! Programs of the machine's own package manager. As root on Debian they install themselves; elsewhere one
//! line says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::cache;
use crate::step;

/// A program, and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Names it goes by on the `PATH`, the first found counts.
    pub names: &'static [&'static str],
    /// What a person calls it.
    pub title: &'static str,
    /// Debian's packages.
    pub packages: &'static [&'static str],
}

/// Java, for DynamoDB Local.
pub const JAVA: Program = Program {
    names: &["java"],
    title: "a Java runtime (17 or newer)",
    packages: &["default-jre-headless"],
};
/// Java's compiler, for the application that Spring Security guards.
pub const JDK: Program = Program {
    names: &["javac"],
    title: "a Java development kit (17 or newer)",
    packages: &["default-jdk-headless"],
};
/// Apache, which `mod_auth_openidc` guards pages of.
pub const APACHE: Program = Program {
    names: &["apache2"],
    title: "Apache with mod_auth_openidc",
    packages: &["apache2-bin", "libapache2-mod-auth-openidc"],
};
/// Maven, which fetches DynamoDB Local.
pub const MAVEN: Program = Program {
    names: &["mvn"],
    title: "Maven",
    packages: &["maven"],
};
/// Python, for the linters of the template and for cargo-lambda.
pub const PYTHON: Program = Program {
    names: &["python3"],
    title: "Python 3 with venv",
    packages: &["python3", "python3-venv"],
};
/// Node's package manager, for the browser tests and for `openid-client`.
pub const NPM: Program = Program {
    names: &["npm"],
    title: "Node.js with npm",
    packages: &["nodejs", "npm"],
};
/// Node itself, which runs the router of the template's `CloudFront` distribution.
pub const NODE: Program = Program {
    names: &["node", "nodejs"],
    title: "Node.js",
    packages: &["nodejs"],
};
/// Go, for authentik's client in it.
pub const GO: Program = Program {
    names: &["go"],
    title: "Go (1.23 or newer)",
    packages: &["golang-go"],
};
/// The browser of the browser tests.
pub const CHROMIUM: Program = Program {
    names: &["chromium", "chromium-browser", "google-chrome"],
    title: "Chromium",
    packages: &["chromium"],
};

/// Path of the program, installed first if that is possible.
///
/// # Errors
/// One line that says what to install.
pub fn need(program: Program) -> Result<PathBuf> {
    if let Some(path) = find(program) {
        return Ok(path);
    }
    install(program)?;
    match find(program) {
        Some(path) => Ok(path),
        None => bail!("{} was installed, but is not on the PATH", program.title),
    }
}

/// Installs the program's packages as root on Debian.
///
/// # Errors
/// One line that says what to install, elsewhere.
pub fn install(program: Program) -> Result<()> {
    let packages = program.packages.join(" ");
    if !can_install() {
        bail!(
            "{} is missing: install it (on Debian: apt-get install {packages})",
            program.title
        );
    }
    let _lock = cache::lock(&cache::folder()?, "apt-get")?;
    step::say(format_args!("    installing {packages}"));
    step::run_quietly(apt().arg("update"))?;
    step::run_quietly(apt().args(["install", "--yes"]).args(program.packages))?;
    Ok(())
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

fn can_install() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    root && Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some()
}

fn find(program: Program) -> Option<PathBuf> {
    program.names.iter().find_map(|name| on_path(name))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_on_the_path_counts() {
        let program = Program {
            names: &["no-such-program", "sh"],
            title: "a shell",
            packages: &[],
        };
        assert!(need(program).unwrap().ends_with("sh"));
    }
}
