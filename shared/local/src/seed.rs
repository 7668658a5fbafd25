//! What an issuer starts with: a tenant, applications to try, and somebody to sign in as; and what a fixture
//! adds.

mod applications;
mod brands;
mod demo;
mod flows;
mod keys;
mod objects;
mod people;
mod providers;
mod tenant;

use std::sync::Arc;

use anyhow::{Context as _, anyhow, ensure};
use aws::Ports as _;
use protocol::{Secret, TenantId};
use provider::brand::Brand;
use provider::client::Client;
use provider::config::{Change, Config, Configuration, SaveError};
use provider::entropy::{Entropy as _, System, alphanumeric};
use provider::tenant::{Purpose, Tenant};
use uuid::Uuid;

use crate::backend::Backend;
use crate::clock::now;
use crate::fixture::Fixture;

pub use tenant::{Administrator, Installed, NewTenant, to_try};

/// A host name by which the laptop's tenant is found whatever port it is on.
pub const ALWAYS: &str = "latchkey.internal";

/// Writes an installation.
pub struct Seed<'a> {
    backend: &'a Backend,
    configuration: Configuration,
    tenant: TenantId,
    entropy: System,
}

/// What there is now, for the banner.
#[derive(Clone)]
pub struct Seeded {
    /// The tenant.
    pub tenant: Tenant,
    /// The application to try first.
    pub demo: Registered,
    /// The application that speaks GitHub's dialect.
    pub github: Registered,
    /// The client that comes without a person.
    pub machine: Registered,
    /// The account that signs in with an app password, and that.
    pub robot: (String, Secret),
    /// The applications of the fixture.
    pub fixture: Vec<Registered>,
    /// The password made for the first user, at the first start only.
    pub password: Option<Secret>,
}

/// An application as it was written.
#[derive(Clone)]
pub struct Registered {
    /// Its compiled client.
    pub client: Client,
    /// Its secret, where it has one.
    pub secret: Option<Secret>,
}

impl<'a> Seed<'a> {
    /// Into this backend.
    ///
    /// # Errors
    /// Never: the tenant's name is well-formed.
    pub fn new(backend: &'a Backend) -> anyhow::Result<Self> {
        Ok(Self::of(backend, TenantId::parse("default")?))
    }

    /// Into this backend, of this tenant.
    fn of(backend: &'a Backend, tenant: TenantId) -> Self {
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        Self {
            backend,
            configuration: Configuration::new(backend.stores.config(), scripts),
            tenant,
            entropy: System::default(),
        }
    }

    /// Makes what is missing, and brings addresses up to date: port and public URL may change from one
    /// start to the next. `hosts` are the names it is reached by.
    ///
    /// The tenant is written last, so that a first start that was cut off is simply done again.
    ///
    /// # Errors
    /// What could not be written, and why.
    pub async fn run(
        &self,
        base_url: &str,
        hosts: &[String],
        demo_callback: &str,
        fixture: Option<&Fixture>,
    ) -> anyhow::Result<Seeded> {
        let known = self.backend.stores.tenants().by_host(ALWAYS, now()).await?;
        let first = known.is_none();
        let mut tenant = match known {
            Some(tenant) => (*tenant).clone(),
            None => self.new_tenant("Latchkey").await?,
        };
        base_url.clone_into(&mut tenant.base_url);
        if let Some(fixture) = fixture {
            tenant.brand = Self::branded(&tenant.brand, fixture)?;
        }
        self.shipped(&tenant).await?;
        self.shipped_flows(&tenant).await?;
        let ours = demo::fixture(demo_callback)?;
        let registered = self.load(&tenant, &ours).await?;
        let [demo, github, machine] = <[Registered; 3]>::try_from(registered)
            .map_err(|_| anyhow!("there are three applications to try"))?;
        let robot = self.robot(&machine).await?;
        let password = if first {
            Some(self.admin().await?)
        } else {
            None
        };
        let registered = match fixture {
            Some(fixture) => self.load(&tenant, fixture).await?,
            None => Vec::new(),
        };
        // What this version compiles otherwise than the one that saved it, and what was left of it.
        self.configuration.refresh(&tenant.id).await?;
        let hosts = [hosts, &[ALWAYS.to_owned()]].concat();
        let registry = self.backend.stores.registry();
        self.check_brand(&tenant.brand).await?;
        let written = registry.put_tenant(&tenant, &hosts).await?;
        ensure!(
            written,
            "another tenant has one of these hosts: {}; see latchkey tenant list",
            hosts.join(", ")
        );
        if let Some(fixture) = fixture {
            self.hosts(&tenant, fixture).await?;
        }
        Ok(Seeded {
            tenant,
            demo,
            github,
            machine,
            robot,
            fixture: registered,
            password,
        })
    }

    /// Everything of a fixture, in the order in which one thing needs another.
    async fn load(&self, tenant: &Tenant, fixture: &Fixture) -> anyhow::Result<Vec<Registered>> {
        self.groups(&fixture.groups).await?;
        for person in &fixture.users {
            self.person(person).await?;
        }
        let mappings = self.objects(tenant, fixture).await?;
        self.flows(tenant, fixture).await?;
        self.invitations(fixture).await?;
        self.applications(tenant, &fixture.applications, &mappings)
            .await
    }

    async fn new_tenant(&self, title: &str) -> anyhow::Result<Tenant> {
        let mut key = [0; 32];
        self.entropy.fill(&mut key);
        let custody = self.backend.keys.custody();
        Ok(Tenant {
            id: self.tenant.clone(),
            base_url: String::new(),
            brand: Brand::named(title)?,
            subject_salt: Uuid::new_v4().to_string(),
            refresh_key: custody
                .seal(&self.tenant, Purpose::RefreshTokens, &key)
                .await?,
            limits: provider::tenant::Limits::default(),
            suspended: None,
        })
    }

    /// Saves, and says what is wrong in an administrator's words.
    async fn save(&self, tenant: &Tenant, changes: &[Change]) -> anyhow::Result<Config> {
        let saved = self.configuration.save(tenant, changes, &[], now()).await;
        saved.map_err(|error| match error {
            SaveError::Wrong(problems) => anyhow!("{problems}"),
            other => anyhow::Error::new(other).context("configuration could not be saved"),
        })
    }

    /// All objects there are.
    async fn config(&self) -> anyhow::Result<Arc<Config>> {
        let read = self.configuration.read(&self.tenant).await;
        Ok(read.context("configuration could not be read")?.1)
    }

    /// A new secret.
    fn secret(&self, length: usize) -> Secret {
        Secret::new(alphanumeric(&self.entropy, length))
    }
}
