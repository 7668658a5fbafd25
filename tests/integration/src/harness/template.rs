//! An installation that is seeded once and copied for every test: to make RSA keys and password hashes takes
//! longer than most tests do.

use std::path::Path;

use local::backend::Backend;
use local::fixture::Fixture;
use local::seed::{Registered, Seed, Seeded};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{FIXTURE, HOST_NAME};

/// Files of the laptop's state folder, and what was written.
struct Template {
    files: Vec<(String, Vec<u8>)>,
    seeded: Seeded,
}

/// A state folder of the test's own, with what is in it.
pub(super) async fn copy() -> (TempDir, Seeded) {
    static MADE: OnceCell<Template> = OnceCell::const_new();
    let template = MADE.get_or_init(Template::make).await;
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &template.files {
        std::fs::write(folder.path().join(name), bytes).expect("a file is written");
    }
    (folder, copied(&template.seeded))
}

impl Template {
    async fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let backend = Backend::embedded(folder.path())
            .await
            .expect("emulators start");
        let seeded = seed(&backend).await;
        backend.close().await;
        Self {
            files: read(folder.path()),
            seeded,
        }
    }
}

/// Writes [`FIXTURE`].
pub(super) async fn seed(backend: &Backend) -> Seeded {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixture.yaml");
    std::fs::write(&file, FIXTURE).expect("the fixture is written");
    let fixture = Fixture::read(&file).expect("the fixture is valid");
    let base = format!("http://{HOST_NAME}");
    Seed::new(backend)
        .expect("a tenant")
        .run(
            &base,
            &[HOST_NAME.to_owned()],
            &format!("{base}/demo/callback"),
            Some(&fixture),
        )
        .await
        .expect("seeds")
}

fn read(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"));
    let file = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name");
        (name, std::fs::read(entry.path()).expect("a file"))
    };
    entries.map(file).collect()
}

fn copied(seeded: &Seeded) -> Seeded {
    let registered = |of: &Registered| Registered {
        client: of.client.clone(),
        secret: of.secret.clone(),
    };
    Seeded {
        tenant: seeded.tenant.clone(),
        demo: registered(&seeded.demo),
        fixture: seeded.fixture.iter().map(registered).collect(),
        password: seeded.password.clone(),
    }
}
