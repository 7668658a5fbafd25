//! `latchkey tenant create`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use local::fixture::{Custody, Fixture, PairWanted};
use local::seed::{Administrator, Installed, NewTenant, Seed, to_try};
use protocol::TenantId;
use protocol::jose::Algorithm;
use provider::tenant::Limits;
use url::Url;

use super::{LimitArgs, say, tenant_id};
use crate::place::Place;
use crate::serving::base_url;

/// RFC 1035 §2.3.4: 255 octets, which are 253 letters and points; with a port.
const LONGEST_HOST: usize = 253 + ":65535".len();

/// Makes a tenant.
#[derive(clap::Args)]
pub(crate) struct Create {
    /// Its name: what its items are kept under, and what the log calls it.
    #[arg(value_name = "NAME", value_parser = tenant_id)]
    name: TenantId,
    /// Scheme and host of its URLs, such as <https://id.example.com>
    #[arg(long, value_name = "URL")]
    base_url: Url,
    /// Another host that it is reached by, such as id.example.com; may be repeated.
    #[arg(long, value_name = "HOST", value_parser = host)]
    host: Vec<String>,
    /// What its pages call it.
    #[arg(long, value_name = "TEXT", default_value = "Latchkey")]
    title: String,
    /// What its first key pair signs with.
    #[arg(long, value_name = "ALGORITHM", default_value = "ES256", value_parser = algorithm)]
    key_algorithm: Algorithm,
    /// Where the private key is: sealed under the envelope key, which costs nothing a month, or in KMS for itself.
    #[arg(long, value_enum, default_value_t = Held::Envelope)]
    key_custody: Held,
    /// In place of a new key: one that is in KMS, such as the stack's `SigningKeyArn`. It has to be of --key-algorithm. A key of
    /// several regions by its id alone, mrk-…
    #[arg(long, value_name = "ARN", conflicts_with = "key_custody")]
    signing_key: Option<String>,
    /// The user name of the first administrator.
    #[arg(long, value_name = "USER", default_value = "admin")]
    admin: String,
    /// The administrator's address.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    admin_email: String,
    /// With applications to try, of which the first is called back here.
    #[arg(long, value_name = "URL", conflicts_with = "fixture")]
    demo: Option<String>,
    /// With the applications, flows and people of this file (docs/fixture.md).
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Held {
    Envelope,
    Direct,
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    Algorithm::of_pair(text).ok_or_else(|| format!("no key pair signs with {text}"))
}

/// A host as requests name it: lower case, with a port where it has one.
fn host(text: &str) -> Result<String, String> {
    let wanted = text.to_ascii_lowercase();
    let url = Url::parse(&format!("http://{wanted}/"));
    let is_host = url.is_ok_and(|url| {
        let name = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}"));
        format!("{name}{}", port.unwrap_or_default()) == wanted
    });
    if is_host && wanted.len() <= LONGEST_HOST {
        Ok(wanted)
    } else {
        Err("a host is a name alone, like id.example.com or id.example.com:8443".to_owned())
    }
}

impl Create {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let new = self.wanted()?;
        let entered = self.place.make().await?;
        let installed = Seed::install(&entered.backend, &new).await;
        entered.close().await;
        tell(&installed?, &new);
        Ok(())
    }

    fn wanted(&self) -> anyhow::Result<NewTenant> {
        let base_url = base_url("--base-url", &self.base_url)?;
        let (_, host) = base_url.split_once("://").context("a URL has a scheme")?;
        let mut hosts = vec![host.to_owned()];
        for host in &self.host {
            if !hosts.contains(host) {
                hosts.push(host.clone());
            }
        }
        Ok(NewTenant {
            id: self.name.clone(),
            hosts,
            base_url,
            title: self.title.clone(),
            limits: self.limits.over(Limits::default()),
            key: PairWanted {
                algorithm: self.key_algorithm,
                custody: match (&self.signing_key, self.key_custody) {
                    (None, Held::Envelope) => Custody::Envelope,
                    (Some(_), _) | (None, Held::Direct) => Custody::Direct,
                },
                kms_key: self.signing_key.clone(),
                rotate: None,
            },
            administrator: Administrator {
                username: self.admin.clone(),
                name: "Administrator".to_owned(),
                email: self.admin_email.clone(),
            },
            fixture: match (&self.demo, &self.fixture) {
                (Some(callback), _) => Some(to_try(callback)?),
                (None, Some(file)) => Some(Fixture::read(file)?),
                (None, None) => None,
            },
        })
    }
}

fn tell(installed: &Installed, new: &NewTenant) {
    let Installed {
        tenant, password, ..
    } = installed;
    say(&format!(
        "The tenant {} is at {}",
        tenant.id,
        new.hosts.join(", ")
    ));
    say(&format!("  Sign in at    {}/if/user/", tenant.base_url));
    say(&format!("  As            {}", new.administrator.username));
    say(&format!("  Password      {}", password.expose()));
    for application in &installed.applications {
        let id = &application.client.client_id;
        match &application.secret {
            Some(secret) => say(&format!("  Client        {id}, secret {}", secret.expose())),
            None => say(&format!("  Client        {id}")),
        }
    }
    say("The password is shown this once: sign in and change it.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_no_request_names_is_refused() {
        for (given, host_) in [
            ("id.example.com", "id.example.com"),
            ("ID.Example.com:8443", "id.example.com:8443"),
            ("localhost:8000", "localhost:8000"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            assert_eq!(host(given).as_deref(), Ok(host_));
        }
        let long = "a".repeat(LONGEST_HOST + 1);
        for given in [
            "",
            "https://id.example.com",
            "id.example.com/",
            "id.example.com/path",
            "ada@id.example.com",
            "id example.com",
            "id.example.com:x",
            &long,
        ] {
            assert!(host(given).is_err(), "{given}");
        }
    }
}
