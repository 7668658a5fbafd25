//! What is compiled of objects: written with them, or after them where they are too many.

use std::sync::Arc;

use protocol::ClientId;
use provider::client::Client;
use provider::config::{
    Application, Change, Configuration, FlowObject, Mapping, Object, Provider, SaveError,
    SharedSecret,
};
use provider::flow::{Designation, IMPLICIT_CONSENT};
use provider::mapping::Shipped;
use provider::ports::{ClientEdit, Commit, Committed, Former};
use provider::script::{Done, Expressions, Failure, Host, Kind, Script};
use provider::tenant::Sealed;
use uuid::Uuid;

use super::super::stage::{NOW, Stage, at, client, client_id, slug, tenant};
use super::commit;
use crate::harness::proxy;

over_both_stores! {
    a_client_is_written_under_its_id_and_slug_and_leaves_the_former_ones,
    a_removed_client_is_gone,
    clients_are_repaired_only_at_the_revision_they_were_compiled_at,
    an_interrupted_change_is_finished_by_the_next_save,
    of_many_saves_at_once_none_is_lost,
}

/// An engine that is not asked, as all mappings are shipped ones.
struct Unasked;

#[async_trait::async_trait]
impl Expressions for Unasked {
    async fn run(&self, script: &Script, _: &dyn Host) -> Result<Done, Failure> {
        panic!("{} is run", script.name)
    }

    async fn check(&self, _: Kind, source: &str) -> Result<(), Failure> {
        panic!("{source} is checked")
    }
}

fn edit(client: &Client, id: Option<&str>, at: Option<&str>) -> ClientEdit {
    ClientEdit::Put {
        client: Box::new(client.clone()),
        former: Former {
            id: id.map(client_id),
            slug: at.map(slug),
        },
    }
}

impl Stage {
    async fn commit_clients(&self, revision: u64, clients: Vec<ClientEdit>) {
        let change = Commit {
            clients,
            ..commit(revision, Vec::new())
        };
        let done = self.stores.config().commit(&self.tenant, &change).await;
        assert_eq!(done, Ok(Committed::Done));
    }

    /// The client ids found under an id and under a slug.
    async fn compiled(&self, id: &str, at_slug: &str) -> [Option<String>; 2] {
        // Stores of its own, which have nothing in memory.
        let clients = aws::Stores::new(self.aws.dynamodb(), &self.table).clients();
        let by_id = clients.by_id(&self.tenant, &client_id(id), NOW).await;
        let by_slug = clients.by_slug(&self.tenant, &slug(at_slug), NOW).await;
        [by_id, by_slug].map(|found| {
            let found = found.expect("reads");
            found.map(|client| client.client_id.to_string())
        })
    }

    fn configuration(&self) -> Configuration {
        let scripts = provider::scripts::Scripts {
            expressions: Arc::new(Unasked),
            subjects: self.stores.subjects(),
            users: self.stores.users(),
            groups: self.stores.groups(),
            authenticators: self.stores.authenticators(),
            policies: self.stores.policies(),
            events: self.stores.events(),
            entropy: Arc::new(provider::entropy::System::default()),
        };
        Configuration::new(self.stores.config(), scripts)
    }

    pub(super) async fn save(
        &self,
        objects: impl IntoIterator<Item = Object>,
    ) -> Result<(), SaveError> {
        let changes: Vec<Change> = objects.into_iter().map(Change::put).collect();
        let saved = self.configuration();
        saved.save(&tenant("a"), &changes, &[], NOW).await.map(drop)
    }

    /// How many clients of [`many`] say this on the consent page.
    async fn saying(&self, text: &str, later: i64) -> usize {
        let clients = self.stores.clients();
        let mut count = 0;
        for pk in 1..=MANY {
            let id = ClientId::parse(&format!("c{pk}")).expect("an id");
            let found = clients.by_id(&self.tenant, &id, at(later)).await;
            let found = found.expect("reads").expect("is there");
            count += usize::from(found.mappings[0].description == text);
        }
        count
    }
}

async fn a_client_is_written_under_its_id_and_slug_and_leaves_the_former_ones(stage: &Stage) {
    stage
        .commit_clients(0, vec![edit(&client("c", "app"), None, None)])
        .await;
    assert_eq!(
        stage.compiled("c", "app").await,
        [Some("c".into()), Some("c".into())]
    );
    let moved = edit(&client("d", "other"), Some("c"), Some("app"));
    stage.commit_clients(1, vec![moved]).await;
    assert_eq!(stage.compiled("c", "app").await, [None, None]);
    assert_eq!(
        stage.compiled("d", "other").await,
        [Some("d".into()), Some("d".into())]
    );
}

async fn a_removed_client_is_gone(stage: &Stage) {
    stage
        .commit_clients(0, vec![edit(&client("c", "app"), None, None)])
        .await;
    let gone = Former {
        id: Some(client_id("c")),
        slug: Some(slug("app")),
    };
    stage
        .commit_clients(1, vec![ClientEdit::Remove(gone)])
        .await;
    assert_eq!(stage.compiled("c", "app").await, [None, None]);
}

async fn clients_are_repaired_only_at_the_revision_they_were_compiled_at(stage: &Stage) {
    let config = stage.stores.config();
    stage.commit_clients(0, Vec::new()).await;
    for (revision, want) in [
        (0, Committed::Moved),
        (2, Committed::Moved),
        (1, Committed::Done),
    ] {
        let edits = [edit(&client("c", "app"), None, None)];
        assert_eq!(
            config.repair(&stage.tenant, revision, &edits, &[]).await,
            Ok(want)
        );
        let written = stage.compiled("c", "app").await[0].is_some();
        assert_eq!(written, want == Committed::Done);
    }
    assert_eq!(
        config.revision(&stage.tenant).await,
        Ok(1),
        "repairs do not count"
    );
}

/// More than one transaction takes: each is two items.
const MANY: u64 = 60;

fn mapping(description: &str) -> Object {
    let mut mapping = Mapping::shipped(Shipped::Email, Uuid::from_u128(1)).expect("a scope");
    mapping.mapping.description = description.to_owned();
    mapping.into()
}

/// The flow that asks nothing.
fn implicit() -> Object {
    let flow = slug(IMPLICIT_CONSENT);
    FlowObject::new(Uuid::nil(), flow, "Implicit", Designation::Authorization).into()
}

/// A client with the one mapping.
fn one(pk: u64) -> [Object; 2] {
    let id = client_id(&format!("c{pk}"));
    let flow = slug(IMPLICIT_CONSENT);
    let mut provider = Provider::new(pk, format!("p{pk}"), id.clone(), flow);
    provider.client_secret = Some(SharedSecret {
        digest: protocol::Digest::of(b"secret"),
        client_id: id,
        sealed: Sealed(vec![1]),
    });
    provider.property_mappings = vec![Uuid::from_u128(1)];
    let place = slug(&format!("app{pk}"));
    let mut application = Application::new(Uuid::from_u128(u128::from(pk)), place, "An app");
    application.provider = Some(pk);
    [provider.into(), application.into()]
}

async fn many(stage: &Stage) {
    stage
        .save([implicit(), mapping("Old")])
        .await
        .expect("saves");
    let pks: Vec<u64> = (1..=MANY).collect();
    for pks in pks.chunks(10) {
        stage
            .save(pks.iter().flat_map(|pk| one(*pk)))
            .await
            .expect("saves");
    }
}

async fn an_interrupted_change_is_finished_by_the_next_save(stage: &Stage) {
    many(stage).await;
    // The object and what there is to do are written; then nothing more is.
    let calls = &stage.proxy;
    calls.fail(
        "TransactWriteItems",
        proxy::Failure::Late(std::time::Duration::ZERO),
        1,
    );
    calls.fail("TransactWriteItems", proxy::Failure::Broken, 100);
    let broken = stage.save([mapping("New")]).await;
    assert!(matches!(broken, Err(SaveError::Port(_))), "{broken:?}");
    calls.heal();
    assert_eq!(stage.saying("New", 0).await, 0, "none of them fitted in");
    let left = stage.stores.config().repairs(&stage.tenant).await;
    assert_eq!(left.expect("reads").len(), 1);

    stage
        .save(one(MANY + 1))
        .await
        .expect("saves something else");
    assert_eq!(stage.saying("New", 31).await, 60);
    assert_eq!(
        stage.stores.config().repairs(&stage.tenant).await,
        Ok(Vec::new())
    );
}

async fn of_many_saves_at_once_none_is_lost(stage: &Stage) {
    stage
        .save([implicit(), mapping("Old")])
        .await
        .expect("saves");
    stage.save(one(1)).await.expect("saves");
    let mut bound: Vec<Object> = Vec::new();
    for number in 10..18 {
        let mapping = Mapping::shipped(Shipped::Openid, Uuid::from_u128(number));
        let mut mapping = mapping.expect("a scope");
        mapping.mapping.managed = None;
        mapping.mapping.name = number.to_string();
        bound.push(mapping.into());
    }
    let saves = bound.into_iter().map(|object| stage.save([object]));
    for saved in futures_util::future::join_all(saves).await {
        saved.expect("saves");
    }
    let (_, config) = stage
        .configuration()
        .read(&stage.tenant)
        .await
        .expect("reads");
    assert_eq!(config.mappings().count(), 9);
    assert_eq!(stage.stores.config().revision(&stage.tenant).await, Ok(10));
}
