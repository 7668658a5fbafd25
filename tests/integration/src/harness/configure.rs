//! What an administrator changes of clients and the tenant while the issuer runs.

use aws::Stores;
use protocol::{Seconds, TenantId};
use provider::client::Client;
use provider::group::GroupId;
use provider::policy::{Binding, EngineMode, PolicySet, Target};
use provider::ports::{ClientEdit, Commit, Committed, Former};
use provider::tenant::Tenant;
use uuid::Uuid;

use super::{Bench, HOST_NAME};

/// The client of this application, as it was seeded.
pub(crate) fn seeded(bench: &Bench, slug: &str) -> Client {
    let mut registered = bench.seeded.fixture.iter().map(|of| &of.client);
    let found = registered.find(|client| client.slug.as_str() == slug);
    found
        .unwrap_or_else(|| panic!("no application {slug}"))
        .clone()
}

/// Policies that let nobody in: who may is in a group that is not there.
pub(crate) fn refusing() -> PolicySet {
    PolicySet {
        mode: EngineMode::All,
        bindings: vec![Binding {
            id: Uuid::new_v4(),
            order: 0,
            enabled: true,
            negate: false,
            timeout: Seconds(30),
            failure_result: false,
            target: Target::Group(GroupId(Uuid::new_v4())),
        }],
    }
}

/// Changes the client of this application from what was seeded.
pub(crate) async fn client(bench: &Bench, slug: &str, change: impl FnOnce(&mut Client)) {
    let mut client = seeded(bench, slug);
    change(&mut client);
    write(&bench.backend.stores, &bench.seeded.tenant.id, &client).await;
    bench.wait(Seconds(30)); // what was kept in memory is read again
}

/// Writes a compiled client, past the objects it is compiled of.
pub(crate) async fn write(stores: &Stores, tenant: &TenantId, client: &Client) {
    let config = stores.config();
    let commit = Commit {
        revision: config.revision(tenant).await.expect("reads"),
        documents: Vec::new(),
        clients: vec![ClientEdit::Put {
            client: Box::new(client.clone()),
            former: Former::default(),
        }],
        flows: Vec::new(),
        repair: None,
        events: Vec::new(),
    };
    assert_eq!(config.commit(tenant, &commit).await, Ok(Committed::Done));
}

/// Changes the tenant from what was seeded.
pub(crate) async fn tenant(bench: &Bench, change: impl FnOnce(&mut Tenant)) {
    let mut tenant = bench.seeded.tenant.clone();
    change(&mut tenant);
    let registry = bench.backend.stores.registry();
    let written = registry.put_tenant(&tenant, &[HOST_NAME.to_owned()]).await;
    assert_eq!(written, Ok(true));
    bench.wait(Seconds(30));
}
