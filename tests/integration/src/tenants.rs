//! Tenants as whoever runs an installation handles them (docs/tenants.md).

mod closing;
mod drill;
mod founding;
mod isolation;
pub(crate) mod limits;
mod many;
mod moved;
mod walk;

use local::fixture::{Fixture, PairWanted};
use local::seed::{Administrator, Installed, NewTenant, Seed};
use protocol::TenantId;
use provider::tenant::Limits;

use crate::harness::{Bench, FIXTURE};

/// Another tenant on the table of a bench.
const OTHER: (&str, &str) = ("other", "other.localhost:8000");

fn id(name: &str) -> TenantId {
    TenantId::parse(name).expect("a name")
}

/// A tenant as it is wanted at this host.
fn wanted(name: &str, host: &str) -> NewTenant {
    NewTenant {
        id: id(name),
        base_url: format!("http://{host}"),
        hosts: vec![host.to_owned()],
        title: name.to_owned(),
        limits: Limits::default(),
        key: PairWanted {
            algorithm: protocol::jose::Algorithm::Es256,
            custody: local::fixture::Custody::Envelope,
            ..PairWanted::default()
        },
        administrator: Administrator {
            username: "root".to_owned(),
            name: "Administrator".to_owned(),
            email: String::new(),
        },
        fixture: None,
    }
}

/// Makes it.
async fn install(bench: &Bench, new: &NewTenant) -> Result<Installed, String> {
    let installed = Box::pin(Seed::install(&bench.backend, new)).await;
    installed.map_err(|why| format!("{why:#}"))
}

/// The applications and people of the bench, for another tenant.
fn the_same() -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixture.yaml");
    std::fs::write(&file, FIXTURE).expect("writes");
    Fixture::read(&file).expect("a fixture")
}
