//! A tenant as whoever runs an installation makes one: with the flows and mappings that are shipped, a signing key and an
//! administrator.

use anyhow::{bail, ensure};
use aws::dynamodb::estate::{First, Founded, MOST_HOSTS};
use protocol::{Secret, TenantId};
use provider::config::Change;
use provider::ports::ObjectKind;
use provider::tenant::{Limits, Tenant};

use super::objects::id_of;
use super::{Registered, Seed, demo};
use crate::backend::Backend;
use crate::clock::now;
use crate::fixture::{Fixture, Group, PairWanted};
use crate::tenants::opened;

/// What the first key pair is called.
const KEY: &str = "Signing key";

/// The group whose members administer.
const ADMINS: &str = "admins";

/// A tenant as it is wanted.
pub struct NewTenant {
    /// Its name, in keys and in the log.
    pub id: TenantId,
    /// Scheme and host of its URLs.
    pub base_url: String,
    /// The names it is reached by; that of `base_url` is one of them.
    pub hosts: Vec<String>,
    /// What its pages call it.
    pub title: String,
    /// How much it may do.
    pub limits: Limits,
    /// What its first key pair is.
    pub key: PairWanted,
    /// Who administers it.
    pub administrator: Administrator,
    /// What it is to have beside; `None`: nothing.
    pub fixture: Option<Fixture>,
}

/// Who administers a tenant first.
#[derive(Clone)]
pub struct Administrator {
    /// User name.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Address; empty for none.
    pub email: String,
}

/// What there is now.
pub struct Installed {
    /// The tenant.
    pub tenant: Tenant,
    /// The administrator's password, that nobody can read again.
    pub password: Secret,
    /// The applications of the fixture.
    pub applications: Vec<Registered>,
}

/// Applications to try, of which the first is called back here.
///
/// # Errors
/// Where that is no redirect URI.
pub fn to_try(callback: &str) -> anyhow::Result<Fixture> {
    demo::fixture(callback)
}

impl<'a> Seed<'a> {
    /// Makes a tenant. Nothing is served of it before its hosts are written, which is last and in one transaction. So what
    /// was cut off is made by doing the same again: what is there stays, and the administrator gets another password.
    ///
    /// # Errors
    /// Where there is a tenant of this name, or one of the hosts is another's.
    pub async fn install(backend: &'a Backend, new: &NewTenant) -> anyhow::Result<Installed> {
        let seed = Self::of(backend, new.id.clone());
        seed.is_free(new).await?;
        backend.stores.estate().prepare(&new.id, now()).await?;
        let mut tenant = Tenant {
            base_url: new.base_url.clone(),
            limits: new.limits,
            ..seed.new_tenant(&new.title).await?
        };
        seed.shipped(&tenant).await?;
        seed.shipped_flows(&tenant).await?;
        let config = seed.config().await?;
        let id = id_of(&config, ObjectKind::Key, ("name", KEY));
        let pair = seed.signing(id, KEY.to_owned(), &new.key, &config).await?;
        seed.save(&tenant, &[Change::put(pair)]).await?;
        seed.groups(&[Group {
            name: ADMINS.to_owned(),
            is_superuser: true,
            parent: None,
            attributes: serde_json::Map::new(),
        }])
        .await?;
        let mut applications = Vec::new();
        if let Some(fixture) = &new.fixture {
            applications = seed.load(&tenant, fixture).await?;
            tenant.brand = Self::branded(&tenant.brand, fixture)?;
        }
        seed.check_brand(&tenant.brand).await?;
        let account = seed.first(&new.administrator).await?;
        // The administrator with it: of two who make the same, the password that is shown is the one that is stored. And the
        // event: nothing can fail any more once it is open.
        let first = First {
            administrator: &account.user,
            previous: account.previous.as_ref(),
            event: &opened(backend, &new.id, "created"),
        };
        let estate = backend.stores.estate();
        let found = estate.found(&tenant, &new.hosts, &first).await?;
        refuse(&new.id, found)?;
        Ok(Installed {
            tenant,
            password: account.password,
            applications,
        })
    }

    /// Said before anything is written; the last transaction decides.
    async fn is_free(&self, new: &NewTenant) -> anyhow::Result<()> {
        ensure!(!new.hosts.is_empty(), "a tenant needs a host");
        ensure!(
            new.hosts.len() <= MOST_HOSTS,
            "a new tenant has at most {MOST_HOSTS} hosts"
        );
        let estate = self.backend.stores.estate();
        let brands = self.backend.stores.brands();
        // What an earlier version made stands at its hosts and on no list; what was cut off here is at none.
        if estate.is_listed(&new.id).await?
            || estate.is_restoring(&new.id).await?
            || !brands.at_hosts(&new.id).await?.is_empty()
        {
            refuse(&new.id, Founded::Exists)?;
        }
        for host in &new.hosts {
            if let Some(owner) = estate.owner(host).await? {
                bail!("{host} is the tenant {owner}'s");
            }
        }
        Ok(())
    }
}

fn refuse(tenant: &TenantId, founded: Founded) -> anyhow::Result<()> {
    match founded {
        Founded::Done => Ok(()),
        Founded::Exists => bail!("there is a tenant {tenant} already, or one is being restored"),
        Founded::HostTaken => bail!("another tenant has taken one of the hosts of {tenant}"),
        Founded::Moved => bail!("somebody else is making {tenant} at the same time; try again"),
    }
}
