//! `latchkey tenant`: the tenants of an installation (docs/tenants.md).

mod create;
mod list;

use std::path::PathBuf;

use anyhow::ensure;
use aws::dynamodb::estate::Setting;
use local::clock::now;
use local::tenants::{self, Carried, Patience};
use protocol::TenantId;
use provider::tenant::Limits;

use crate::place::{Entered, Place};

/// What is done.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a tenant, with an administrator whose password is shown once.
    Create(Box<create::Create>),
    /// List tenants.
    List(list::List),
    /// Say what a tenant is.
    Show(list::Show),
    /// Serve nobody of a tenant until it is resumed.
    Suspend(Named),
    /// Serve a tenant that was suspended.
    Resume(Named),
    /// Set how much a tenant may do; what is not named stays as it is.
    Limit(SetLimits),
    /// Remove a tenant with all that it has.
    Delete(Delete),
    /// Write all that a tenant has into a file.
    Export(Export),
    /// Bring a tenant back from such a file.
    Restore(Restore),
}

/// A tenant by its name.
#[derive(clap::Args)]
pub(crate) struct Named {
    /// The tenant's name.
    #[arg(value_name = "NAME", value_parser = tenant_id)]
    name: TenantId,
    #[command(flatten)]
    place: Place,
}

/// How much a tenant may do. 0 is as much as it likes.
#[derive(clap::Args)]
pub(crate) struct LimitArgs {
    /// Requests at the token endpoint in a second.
    #[arg(long, value_name = "COUNT")]
    token_rate: Option<u32>,
    /// Requests at the flows that people sign in by in a second.
    #[arg(long, value_name = "COUNT")]
    sign_in_rate: Option<u32>,
    /// Answers with tokens in a calendar month.
    #[arg(long, value_name = "COUNT")]
    tokens_per_month: Option<u64>,
    /// Accounts.
    #[arg(long, value_name = "COUNT")]
    people: Option<u64>,
    /// Applications.
    #[arg(long, value_name = "COUNT")]
    applications: Option<u64>,
}

/// Other limits of a tenant.
#[derive(clap::Args)]
pub(crate) struct SetLimits {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    limits: LimitArgs,
}

/// The end of a tenant.
#[derive(clap::Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    named: Named,
    /// The tenant's name once more.
    #[arg(long, value_name = "NAME")]
    yes: String,
    /// Leave its direct keys in KMS, as the tenant is somewhere else or comes back at once, and signs with them there.
    #[arg(long)]
    keep_keys: bool,
}

/// A tenant into a file.
#[derive(clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    named: Named,
    /// The file to make. Only you can read it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// With sessions, refresh and access tokens, so that nobody has to sign in again.
    #[arg(long)]
    sessions: bool,
    /// Without what happened.
    #[arg(long)]
    no_events: bool,
}

/// A tenant out of a file.
#[derive(clap::Args)]
pub(crate) struct Restore {
    /// The file that `latchkey tenant export` made.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Reads a tenant's name.
pub(crate) fn tenant_id(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).map_err(|why| why.to_string())
}

impl Command {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run().await,
            Self::List(list) => list.run().await,
            Self::Show(show) => show.run().await,
            Self::Suspend(named) => {
                let at = now();
                named.set(Setting::Suspended(Some(at))).await?;
                say(&format!(
                    "{} is suspended; in 30 seconds nobody serves it any more, but for metadata and key set: CloudFront and \
                     clients may keep those for 300 seconds more.",
                    named.name
                ));
                Ok(())
            }
            Self::Resume(named) => {
                named.set(Setting::Suspended(None)).await?;
                say(&format!(
                    "{} is open again, everywhere in 30 seconds.",
                    named.name
                ));
                Ok(())
            }
            Self::Limit(limit) => limit.run().await,
            Self::Delete(delete) => delete.run().await,
            Self::Export(export) => export.run().await,
            Self::Restore(restore) => restore.run().await,
        }
    }
}

impl Named {
    async fn set(&self, setting: Setting<'_>) -> anyhow::Result<()> {
        let entered = self.place.enter().await?;
        let done = tenants::set(&entered.backend, &self.name, setting, now()).await;
        entered.close().await;
        done
    }
}

impl LimitArgs {
    /// These over those that there are.
    pub(crate) fn over(&self, limits: Limits) -> Limits {
        const fn some(given: Option<u64>, stored: Option<u64>) -> Option<u64> {
            match given {
                Some(0) => None,
                Some(_) => given,
                None => stored,
            }
        }
        let rate = |given: Option<u32>, stored: Option<u32>| match given {
            Some(0) => None,
            given => given.or(stored),
        };
        Limits {
            token_rate: rate(self.token_rate, limits.token_rate),
            sign_in_rate: rate(self.sign_in_rate, limits.sign_in_rate),
            tokens_per_month: some(self.tokens_per_month, limits.tokens_per_month),
            people: some(self.people, limits.people),
            applications: some(self.applications, limits.applications),
        }
    }
}

impl SetLimits {
    async fn run(self) -> anyhow::Result<()> {
        let entered = self.named.place.enter().await?;
        let (backend, name) = (&entered.backend, &self.named.name);
        let set = async {
            let hosted = tenants::hosts(backend, name).await?;
            let stored = hosted.first().map(|it| it.tenant.limits);
            let limits = self.limits.over(stored.unwrap_or_default());
            tenants::set(backend, name, Setting::Limits(&limits), now()).await?;
            anyhow::Ok(limits)
        };
        let set = set.await;
        entered.close().await;
        say(&format!("{name}: {}.", list::limits(&set?)));
        Ok(())
    }
}

impl Delete {
    async fn run(self) -> anyhow::Result<()> {
        let name = &self.named.name;
        ensure!(
            self.yes == name.as_str(),
            "--yes says {:?}, which is not the tenant {name}; nothing was removed",
            self.yes
        );
        let entered = self.named.place.enter().await?;
        let patience = if entered.is_shared {
            Patience::Waits
        } else {
            Patience::None
        };
        let tell = |text: String| say(&text);
        let backend = &entered.backend;
        let gone = if self.keep_keys {
            tenants::delete_all_but_keys(backend, name, patience, &tell).await
        } else {
            tenants::delete(backend, name, patience, &tell).await
        };
        entered.close().await;
        say(&format!("{name} is gone: {} items.", gone?));
        Ok(())
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let entered = self.named.place.enter().await?;
        let carried = Carried {
            sessions: self.sessions,
            events: !self.no_events,
        };
        let (name, path) = (&self.named.name, &self.output);
        let written = tenants::export(&entered.backend, name, path, carried, now()).await;
        let key = entered.backend.envelope_key.clone();
        entered.close().await;
        let (written, shown) = (written?, path.display());
        say(&format!(
            "{name}: {written} items in {shown}. What is sealed in it opens with {key} alone."
        ));
        Ok(())
    }
}

impl Restore {
    async fn run(self) -> anyhow::Result<()> {
        let entered = self.place.make().await?;
        let told = self.told(&entered).await;
        entered.close().await;
        say(&told?);
        Ok(())
    }

    async fn told(&self, entered: &Entered) -> anyhow::Result<String> {
        let backend = &entered.backend;
        let (name, written) = tenants::restore(backend, &self.file).await?;
        // It is back, whatever comes of this.
        let hosted = tenants::hosts(backend, &name).await.unwrap_or_default();
        let mut told = format!("{name} is back: {written} items.");
        if hosted.iter().any(|it| it.tenant.suspended.is_some()) {
            told += "\nIt is suspended, as in the file: latchkey tenant resume ";
            told += name.as_str();
        }
        told += "\nIf it is still where it was exported, remove it there with --keep-keys: both sign with the same keys in KMS.";
        Ok(told)
    }
}

#[allow(clippy::print_stdout, reason = "what was done is the command's output")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
