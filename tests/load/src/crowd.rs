//! Fills a tenant through the ports that the API writes by: groups, people, tokens, then providers with applications.

mod applications;
mod people;

use std::sync::Arc;

use anyhow::Context as _;
use aws::Ports as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use local::backend::Backend;
use protocol::TenantId;
use provider::config::Configuration;
use provider::group::Group;
use provider::user::User;
use uuid::Uuid;

/// How many writes are under way at the same time.
const AT_ONCE: usize = 32;

/// The number of the first person, and of the first provider: beyond those that the tenant counts up to.
const FIRST_PK: u64 = 1_000_000;

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People.
    pub people: u64,
    /// Groups; each person is in three.
    pub groups: u64,
    /// API tokens, each of another person.
    pub tokens: u64,
    /// OAuth2 providers, each with an application; three of four applications have a binding.
    pub providers: u64,
}

impl Size {
    /// What the API is measured with.
    pub const LARGE: Self = Self {
        people: 10_000,
        groups: 200,
        tokens: 500,
        providers: 1_000,
    };
}

/// Who and what a tenant was filled with.
#[derive(Debug)]
pub struct Crowd {
    /// Everybody, in order of numbers.
    pub people: Vec<User>,
    /// All groups; the last one makes superusers.
    pub groups: Vec<Group>,
    /// The numbers of all providers.
    pub providers: Vec<u64>,
    /// A scope mapping that all of them have.
    pub mapping: Uuid,
    /// The flow to a code and the flow at the end of a session, for further providers.
    pub flows: [Uuid; 2],
}

impl Crowd {
    /// Somebody who may do everything.
    ///
    /// # Errors
    /// Where nobody may.
    pub fn superuser(&self) -> anyhow::Result<&User> {
        self.who(true).context("nobody is a superuser")
    }

    /// Somebody who may not.
    ///
    /// # Errors
    /// Where everybody may.
    pub fn member(&self) -> anyhow::Result<&User> {
        self.who(false).context("everybody is a superuser")
    }

    fn who(&self, superuser: bool) -> Option<&User> {
        let makers: Vec<_> = self.groups.iter().filter(|it| it.is_superuser).collect();
        self.people.iter().find(|user| {
            let mut its = user.subject.groups.iter();
            let is = its.any(|its| makers.iter().any(|group| group.id == its.id));
            user.active && is == superuser
        })
    }
}

/// Fills a tenant that has been seeded.
///
/// # Errors
/// What could not be written, and why.
pub async fn fill(backend: &Backend, tenant: &TenantId, size: Size) -> anyhow::Result<Crowd> {
    let groups = people::groups(backend, tenant, size.groups).await?;
    let everybody = people::people(backend, tenant, (size.people, &groups)).await?;
    people::tokens(backend, tenant, (size.tokens, &everybody)).await?;
    let filling = applications::Filling {
        backend,
        tenant,
        groups: &groups,
        people: &everybody,
    };
    let (providers, mapping, flows) = filling.run(size.providers).await?;
    Ok(Crowd {
        people: everybody,
        groups,
        providers,
        mapping,
        flows,
    })
}

/// Configuration, as the API saves it.
fn configuration(backend: &Backend) -> Configuration {
    let scripts = backend.scripts(Arc::clone(&backend.engine));
    Configuration::new(backend.stores.config(), scripts)
}

/// Makes so many of something, several at a time, and answers with them in order.
async fn each<T, F>(count: u64, make: impl Fn(u64) -> F) -> anyhow::Result<Vec<T>>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let all = stream::iter(0..count).map(make).buffered(AT_ONCE);
    all.try_collect().await
}
