//! Spring Security, as its guide sets it up.

use std::process::Command;

use xtask::{net, tools};

use crate::issuer::{Issuer, listens, shown, up};

/// What its application shows to somebody who signs in.
pub(crate) fn shows(issuer: &Issuer) -> String {
    let (java, classes) = tools::spring_relying_party().expect("Spring");
    let folder = tempfile::tempdir().expect("a folder");
    let port = net::free_port().expect("a port");
    let registration = "--spring.security.oauth2.client.registration.latchkey";
    let mut command = Command::new(java);
    command
        .arg("-cp")
        .arg(classes)
        .arg("latchkey.App")
        .arg(format!("--server.port={port}"))
        .arg("--server.address=127.0.0.1")
        .arg(format!("{registration}.client-id=server"))
        .arg(format!("{registration}.client-secret=server-secret"))
        .arg(format!("{registration}.scope=openid,profile,email"))
        .arg(format!(
            "--spring.security.oauth2.client.provider.latchkey.issuer-uri={}",
            issuer.of("server")
        ));
    let _process = up("spring", &command, folder.path(), || listens(port));
    shown(issuer, &format!("http://localhost:{port}/"))
}
