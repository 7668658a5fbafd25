//! An installation that is seeded once and copied for every test: to make RSA keys and password hashes takes
//! longer than most tests do.

use std::path::Path;

use local::backend::Backend;
use local::fixture::Fixture;
use local::seed::{Seed, Seeded};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{FIXTURE, HOST_NAME};

/// Mappings, policies and groups, applications that have them, and a few more people: what only some tests look at.
const SCRIPTED: &str = include_str!("scripted.yaml");

/// Files of the laptop's state folder, and what was written.
struct Template {
    files: Vec<(String, Vec<u8>)>,
    seeded: Seeded,
}

/// A state folder of the test's own, with what is in it.
pub(super) async fn copy() -> (TempDir, Seeded) {
    static MADE: OnceCell<Template> = OnceCell::const_new();
    Box::pin(MADE.get_or_init(|| Template::make(false)))
        .await
        .copied()
}

/// The same with expressions.
pub(super) async fn scripted() -> (TempDir, Seeded) {
    static MADE: OnceCell<Template> = OnceCell::const_new();
    Box::pin(MADE.get_or_init(|| Template::make(true)))
        .await
        .copied()
}

impl Template {
    fn copied(&self) -> (TempDir, Seeded) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in &self.files {
            std::fs::write(folder.path().join(name), bytes).expect("a file is written");
        }
        (folder, self.seeded.clone())
    }

    async fn make(scripted: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut backend = Backend::embedded(folder.path())
            .await
            .expect("emulators start");
        backend.engine = super::engine();
        let mut fixture = fixture(FIXTURE);
        if scripted {
            let more = self::fixture(SCRIPTED);
            fixture.groups.extend(more.groups);
            fixture.scope_mappings.extend(more.scope_mappings);
            fixture.policies.extend(more.policies);
            fixture.applications.extend(more.applications);
            fixture.users.extend(more.users);
        }
        let seeded = write(&backend, &fixture).await;
        backend.close().await;
        Self {
            files: read(folder.path()),
            seeded,
        }
    }
}

/// Writes [`FIXTURE`].
pub(super) async fn seed(backend: &Backend) -> Seeded {
    write(backend, &fixture(FIXTURE)).await
}

fn fixture(text: &str) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixture.yaml");
    std::fs::write(&file, text).expect("the fixture is written");
    Fixture::read(&file).expect("the fixture is valid")
}

async fn write(backend: &Backend, fixture: &Fixture) -> Seeded {
    let base = format!("http://{HOST_NAME}");
    Seed::new(backend)
        .expect("a tenant")
        .run(
            &base,
            &[HOST_NAME.to_owned()],
            &format!("{base}/demo/callback"),
            Some(fixture),
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
