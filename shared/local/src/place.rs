//! Which installation a command is about: a state folder, or a table on AWS.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use local::backend::Backend;
use local::clock::now;
use local::seed::ALWAYS;
use protocol::TenantId;
use provider::tenant::Tenant;

use crate::prepare;

/// Where an installation is.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The folder that a latchkey has run on.
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = ".latchkey",
        conflicts_with = "table"
    )]
    state: PathBuf,
    /// In place of a folder: the table of a deployment, by the credentials and the region of the environment.
    #[arg(long, value_name = "NAME", requires = "envelope_key")]
    table: Option<String>,
    /// The envelope key of that deployment.
    #[arg(long, value_name = "ARN", requires = "table", value_parser = key_arn)]
    envelope_key: Option<String>,
}

/// An envelope key by its ARN, and by no other name of it: what is given here is written on keys that are made, as the tag by
/// which the functions may use them (infra/template.yaml).
fn key_arn(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["arn", partition, "kms", region, account, key]
            if partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && key.strip_prefix("key/").is_some_and(|id| !id.is_empty()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(
            "write the key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, which is the stack's output EnvelopeKeyArn".to_owned(),
        ),
    }
}

/// An installation that is open, a folder for nobody else.
pub(crate) struct Entered {
    /// The ports on it.
    pub(crate) backend: Backend,
    /// Whether others serve it at the same time.
    pub(crate) is_shared: bool,
    lock: Option<File>,
}

impl Place {
    /// Opens an installation that is there.
    ///
    /// # Errors
    /// Where there is nothing, or an issuer runs on the folder.
    pub(crate) async fn enter(&self) -> anyhow::Result<Entered> {
        if self.table.is_none() && !self.state.join("kms.json").exists() {
            bail!(
                "there is nothing in {} yet; start latchkey there once, or name another folder with --state",
                self.state.display()
            );
        }
        self.make().await
    }

    /// The same where a folder may be new.
    ///
    /// # Errors
    /// Where an issuer runs on the folder, or it cannot be made.
    pub(crate) async fn make(&self) -> anyhow::Result<Entered> {
        if let (Some(table), Some(key)) = (&self.table, &self.envelope_key) {
            return Ok(Entered {
                backend: Backend::deployed(table, key).await?,
                is_shared: true,
                lock: None,
            });
        }
        let lock = prepare(&self.state, false)?;
        Ok(Entered {
            backend: Backend::embedded(&self.state).await?,
            is_shared: false,
            lock: Some(lock),
        })
    }

    /// Which folder or table it is, for messages.
    pub(crate) fn shown(&self) -> String {
        match &self.table {
            Some(table) => format!("the table {table}"),
            None => self.state.display().to_string(),
        }
    }
}

impl Entered {
    /// The tenant of this name; without one the folder's own, or the only one there is.
    ///
    /// # Errors
    /// Where there is none, or the name is needed.
    pub(crate) async fn tenant(&self, name: Option<&TenantId>) -> anyhow::Result<Tenant> {
        let stores = &self.backend.stores;
        if name.is_none()
            && let Some(tenant) = stores.tenants().by_host(ALWAYS, now()).await?
        {
            return Ok((*tenant).clone());
        }
        let id = if let Some(name) = name {
            name.clone()
        } else {
            let two = stores.tenant_list().page(None, 2).await?;
            ensure!(
                two.len() < 2,
                "there are several tenants: say --tenant NAME"
            );
            two.into_iter().next().context(
                "there is no tenant yet: the first start was cut off, so start latchkey there again; or see latchkey tenant create",
            )?
        };
        let hosted = local::tenants::hosts(&self.backend, &id).await?;
        let first = hosted.into_iter().next().context("it has no host")?;
        Ok(first.tenant)
    }

    /// Closes the files.
    pub(crate) async fn close(self) {
        self.backend.close().await;
        drop(self.lock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_key_is_named_by_its_arn() {
        for arn in [
            "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
        ] {
            assert_eq!(key_arn(arn).as_deref(), Ok(arn));
        }
        for other in [
            "",
            "alias/latchkey",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:eu-central-1:111122223333:alias/latchkey",
            "arn:aws:kms:eu-central-1:111122223333:key/",
            "arn:aws:kms::111122223333:key/1234abcd",
            "arn:aws:sqs:eu-central-1:111122223333:key/1234abcd",
        ] {
            assert!(key_arn(other).is_err(), "{other}");
        }
    }
}
