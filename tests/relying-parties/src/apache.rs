//! `mod_auth_openidc`, as Debian has it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use xtask::{net, tools};

use crate::issuer::{Issuer, folder, listens, shown, up};

/// What the guarded page shows to somebody who signs in.
pub(crate) fn shows(issuer: &Issuer) -> String {
    let httpd = tools::apache().expect("Apache with mod_auth_openidc");
    let at = tempfile::tempdir().expect("a folder");
    let port = net::free_port().expect("a port");
    let conf = prepare(at.path(), port, &issuer.of("server")).expect("its folder");
    let mut command = Command::new(httpd);
    command.args(["-D", "FOREGROUND", "-f"]).arg(conf);
    let _process = up("apache", &command, at.path(), || listens(port));
    shown(issuer, &format!("http://localhost:{port}/protected/"))
}

/// Its settings and its one page. Apache gives up root's rights, so that everybody may read them.
fn prepare(at: &Path, port: u16, issuer: &str) -> std::io::Result<std::path::PathBuf> {
    fs::set_permissions(at, Permissions::from_mode(0o755))?;
    let pages = at.join("pages/protected");
    fs::create_dir_all(&pages)?;
    fs::write(
        pages.join("index.html"),
        "<title>Guarded</title>For ada alone",
    )?;
    let settings = fs::read_to_string(folder("tests/relying-parties/apache/httpd.conf"))?
        .replace("@FOLDER@", &at.display().to_string())
        .replace("@PORT@", &port.to_string())
        .replace("@MODULES@", tools::APACHE_MODULES)
        .replace("@ISSUER@", issuer);
    let conf = at.join("httpd.conf");
    fs::write(&conf, settings)?;
    Ok(conf)
}
