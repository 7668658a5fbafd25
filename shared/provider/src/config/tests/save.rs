mod keeping;
mod removing;
mod sizes;
mod vetting;
mod volume;

use std::sync::Arc;

use super::store::Memory;
use super::*;
use crate::ports::{ObjectKind, PortError};
use crate::script::{Done, Expressions, Failure, Host, Kind, Script};
use crate::scripts::testing::{World, now, tenant};

/// A service over stores in memory.
pub(super) struct Bench {
    pub(super) store: Arc<Memory>,
    world: Arc<World>,
    pub(super) service: Configuration,
}

impl Bench {
    pub(super) fn over(world: World) -> Self {
        let (store, world) = (Arc::new(Memory::default()), Arc::new(world));
        let mut scripts = world.scripts();
        scripts.expressions = Arc::new(Strict(Arc::clone(&world)));
        let service = Configuration::new(Arc::clone(&store) as _, scripts);
        Self {
            store,
            world,
            service,
        }
    }

    /// With the usual objects.
    pub(super) fn usual() -> Self {
        let bench = Self::over(World::default());
        bench.save(usual()).unwrap();
        bench
    }

    fn change(&self, changes: &[Change]) -> Result<Config, SaveError> {
        now(self.service.save(&tenant(), changes, &[], NOW))
    }

    pub(super) fn save(
        &self,
        objects: impl IntoIterator<Item = Object>,
    ) -> Result<Config, SaveError> {
        let changes: Vec<Change> = objects.into_iter().map(Change::put).collect();
        self.change(&changes)
    }

    pub(super) fn remove(&self, kind: ObjectKind, id: String) -> Result<Config, SaveError> {
        let expect = Expect::Any;
        self.change(&[Change::Remove { kind, id, expect }])
    }

    pub(super) fn client(&self, pk: u64) -> Option<crate::client::Client> {
        self.store.look(|it| {
            let (id, slug) = (
                it.ids.get(&format!("client-{pk}")),
                it.slugs.get(&format!("app-{pk}")),
            );
            let json =
                |it: Option<&crate::client::Client>| it.map(|it| serde_json::to_value(it).unwrap());
            assert_eq!(json(id), json(slug), "under its id as under its slug");
            id.cloned()
        })
    }

    pub(super) fn writes(&self) -> usize {
        self.store.look(|it| it.writes)
    }

    /// `count` clients that have the mapping 12.
    fn many(count: u64) -> Self {
        let bench = Self::usual();
        let pks: Vec<u64> = (100..100 + count).collect();
        for pks in pks.chunks(10) {
            let both = |pk: &u64| [provider(*pk, &[12]).into(), application(*pk).into()];
            bench.save(pks.iter().flat_map(both)).unwrap();
        }
        bench
    }

    /// How many clients have the text of [`renamed`].
    fn with_new_text(&self) -> usize {
        self.store.look(|it| {
            let new =
                |it: &&crate::client::Client| it.mappings.iter().any(|it| it.description == "New");
            it.slugs.values().filter(new).count()
        })
    }
}

/// Whether a client shows a change.
type Seen = fn(&crate::client::Client) -> bool;

/// The mapping 12 with another text.
fn renamed() -> Object {
    let mut email = Mapping::shipped(Shipped::Email, id(12)).unwrap();
    email.mapping.description = "New".into();
    email.into()
}

/// Refuses what has the word `bad`, and counts on the world for the rest.
struct Strict(Arc<World>);

#[async_trait::async_trait]
impl Expressions for Strict {
    async fn run(&self, script: &Script, host: &dyn Host) -> Result<Done, Failure> {
        self.0.run(script, host).await
    }

    async fn check(&self, _: Kind, source: &str) -> Result<(), Failure> {
        let line = source.lines().position(|line| line.contains("bad"));
        if source == "unavailable" {
            return Err(Failure::Unavailable {
                why: "no engine".into(),
            });
        }
        line.map_or(Ok(()), |line| {
            let message = "no such thing".into();
            Err(Failure::Refused {
                line: line + 1,
                message,
            })
        })
    }
}

#[test]
fn what_is_saved_is_compiled_and_read_back() {
    let bench = Bench::usual();
    let client = bench.client(7).unwrap();
    assert_eq!(client.scopes.to_string(), "email openid");
    assert!(
        client
            .claims_supported
            .contains(&"email_verified".to_owned())
    );
    let (revision, config) = now(bench.service.read(&tenant().id)).unwrap();
    assert_eq!(
        (revision, config.mappings().count()),
        (1, 2),
        "read in pages"
    );
    assert_eq!(config.provider(7).unwrap().name, "provider 7");
    assert_eq!(
        config
            .get(ObjectKind::Key, &id(1).to_string())
            .unwrap()
            .version,
        1
    );
}

#[test]
fn a_change_reaches_every_client_that_uses_it_and_no_other() {
    let bench = Bench::usual();
    bench
        .save([provider(8, &[11]).into(), application(8).into()])
        .unwrap();
    bench
        .store
        .look(|it| it.ids.get_mut("client-8").unwrap().name = "untouched".into());
    bench.save([renamed()]).unwrap();
    assert_eq!(bench.client(7).unwrap().mappings[0].description, "New");
    bench
        .store
        .look(|it| assert_eq!(it.ids["client-8"].name, "untouched"));
    let table: [(Object, Seen); 3] = [
        (
            Application {
                name: "Else".into(),
                ..application(7)
            }
            .into(),
            |it| it.name == "Else",
        ),
        (policy(31, "p").into(), |it| it.policies.bindings.is_empty()),
        (binding(41, 7, Bound::Policy(id(31))).into(), |it| {
            it.policies.bindings.len() == 1
        }),
    ];
    for (object, seen) in table {
        bench.save([object]).unwrap();
        assert!(seen(&bench.client(7).unwrap()));
    }
}

#[test]
fn saying_the_same_again_writes_nothing() {
    let bench = Bench::usual();
    let before = bench.writes();
    bench.save(usual()).unwrap();
    assert_eq!(bench.writes(), before);
}

#[test]
fn a_version_that_is_not_the_one_expected_is_a_conflict() {
    let bench = Bench::usual();
    for (expect, fits) in [
        (Expect::New, false),
        (Expect::Version(2), false),
        (Expect::Version(1), true),
    ] {
        let object = Box::new(renamed());
        let saved = bench.change(&[Change::Put { object, expect }]);
        assert_eq!(saved.is_ok(), fits, "{expect:?}");
        assert!(fits || matches!(saved, Err(SaveError::Conflict(_))));
    }
    let gone = Change::Remove {
        kind: ObjectKind::Policy,
        id: id(9).to_string(),
        expect: Expect::Version(1),
    };
    assert!(matches!(bench.change(&[gone]), Err(SaveError::Conflict(_))));
}

#[test]
fn of_two_changes_at_once_neither_is_lost_in_a_client() {
    let bench = Bench::usual();
    let mut openid = Mapping::shipped(Shipped::Openid, id(11)).unwrap();
    openid.mapping.description = "By another".into();
    bench
        .store
        .look(|it| it.others = [Some(openid.into())].into());
    bench.save([renamed()]).unwrap();
    let texts: Vec<_> = bench
        .client(7)
        .unwrap()
        .mappings
        .into_iter()
        .map(|it| it.description)
        .collect();
    assert_eq!(texts, ["New", "By another"]);
}

#[test]
fn configuration_that_never_rests_is_given_up() {
    let bench = Bench::usual();
    let others = (0..50).map(|number| Some(policy(100 + number, &format!("p{number}")).into()));
    bench.store.look(|it| it.others = others.collect());
    let saved = bench.save([renamed()]);
    assert!(matches!(
        saved,
        Err(SaveError::Port(PortError::Contended(_)))
    ));
}

#[test]
fn a_client_leaves_its_former_id_and_slug() {
    let bench = Bench::usual();
    let mut moved = provider(7, &[11]);
    moved.client_id = ClientId::parse("client-70").unwrap();
    let renamed = Application {
        slug: slug("app-70"),
        ..application(7)
    };
    bench.save([moved.into(), renamed.into()]).unwrap();
    bench.store.look(|it| {
        assert_eq!(it.ids.keys().collect::<Vec<_>>(), ["client-70"]);
        assert_eq!(it.slugs.keys().collect::<Vec<_>>(), ["app-70"]);
    });
}

#[test]
fn two_applications_can_swap_their_slugs() {
    let bench = Bench::usual();
    bench
        .save([provider(8, &[11]).into(), application(8).into()])
        .unwrap();
    let swapped = [
        Application {
            slug: slug("app-8"),
            ..application(7)
        }
        .into(),
        Application {
            slug: slug("app-7"),
            ..application(8)
        }
        .into(),
    ];
    bench.save(swapped).unwrap();
    bench.store.look(|it| {
        assert_eq!(it.slugs["app-8"].client_id.as_str(), "client-7");
        assert_eq!(it.slugs["app-7"].client_id.as_str(), "client-8");
    });
}
