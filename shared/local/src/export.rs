//! `latchkey export`: what a state folder has, as a blueprint (docs/blueprints.md).

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use management::blueprint::export::{Secrets, whole};
use management::blueprint::lines;
use protocol::TenantId;

use crate::opened::Opened;
use crate::place::Place;
use crate::tenant::tenant_id;

/// Writes all applications, flows, people and so on as a blueprint, to be read by `latchkey apply` or by authentik.
#[derive(clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    place: Place,
    /// The tenant, where there are several.
    #[arg(long, value_name = "NAME", value_parser = tenant_id)]
    tenant: Option<TenantId>,
    /// With the secrets of clients and captchas, as they are. Private keys and passwords never leave.
    #[arg(long)]
    secrets: bool,
    /// The file to write, instead of printing it.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let opened = Opened::at(&self.place, self.tenant.as_ref()).await?;
        let secrets = if self.secrets {
            Secrets::Shown
        } else {
            Secrets::LeftOut
        };
        let file = whole(&opened.api, &opened.tenant, secrets).await;
        opened.close().await;
        let file = file.map_err(|refusal| anyhow!(lines(&refusal).join("\n")))?;
        match self.output {
            Some(path) => {
                let written = for_its_owner(&path).and_then(|mut to| to.write_all(file.as_bytes()));
                written.with_context(|| format!("cannot write {}", path.display()))
            }
            None => Ok(std::io::stdout().write_all(file.as_bytes())?),
        }
    }
}

/// A file that nobody else on the machine reads: there may be secrets in it, and addresses of people.
fn for_its_owner(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        // The mode above is for a file that is made; one that was there keeps its own.
        let only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(only)?;
    }
    Ok(file)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_written_is_for_its_owner_alone_whether_or_not_the_file_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        std::fs::write(&old, "a longer text of before").unwrap();
        std::fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
        for path in [new, old] {
            let mut file = for_its_owner(&path).unwrap();
            let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(), 0o600, "before anything is written");
            file.write_all(b"secret").unwrap();
            assert_eq!(mode(), 0o600);
            assert_eq!(std::fs::read(&path).unwrap(), b"secret");
        }
    }
}
