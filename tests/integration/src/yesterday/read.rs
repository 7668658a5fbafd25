//! What the ports say of the recorded items, held against what was written.

use protocol::{Secret, UserId};
use provider::authenticator::{Authenticator, Verifier};
use provider::device::DeviceState;
use provider::grant::Grant;
use provider::ports::{Admission, Document, Look, ObjectKind, Repair, Taking};
use provider::user::User;
use serde::Serialize;
use serde_json::Value;

use super::things::{self, HOST, uuid};
use crate::contract::stage::{self, NOW, Stage, at, client_id, slug};

/// Reads all of them.
pub(super) async fn everything(stage: &Stage) {
    configuration(stage).await;
    clients(stage).await;
    people(stage).await;
    browsers(stage).await;
    grants(stage).await;
    devices(stage).await;
    authenticators(stage).await;
    programs(stage).await;
    links_and_counts(stage).await;
    events(stage).await;
    restoring(stage).await;
    groups(stage).await; // finishes what was interrupted
}

/// Whole, as serde writes it: `Debug` leaves out what is secret.
fn same<T: Serialize>(found: &T, want: &T) {
    assert_eq!(json(found), json(want));
}

fn json(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("JSON")
}

async fn configuration(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let tenant = stores.tenants().by_host(HOST, NOW).await.expect("reads");
    same(&*tenant.expect("is there"), &stage::tenant("a"));
    let tenants = stores.tenant_list().page(None, 10).await;
    assert_eq!(tenants, Ok(vec![a.clone()]));
    let hosts = stores.brands().at_hosts(a).await.expect("reads");
    assert_eq!((hosts.len(), hosts[0].host.as_str()), (1, HOST));
    let config = stores.config();
    assert_eq!(config.revision(a).await, Ok(1));
    let policy: Document = things::policy();
    for found in [
        config.get(a, ObjectKind::Policy, &policy.id).await,
        config.by_name(a, ObjectKind::Policy, "name:p").await,
    ] {
        assert_eq!(found, Ok(Some(policy.clone())));
    }
    let repair = Repair {
        id: uuid(1),
        providers: vec![3],
        flows: vec![slug("f")],
    };
    assert_eq!(config.repairs(a).await, Ok(vec![repair]));
    assert_eq!(config.next_provider_pk(a).await, Ok(2));
    let name = things::picture().name();
    let picture = stores.media().get(a, &name).await;
    assert_eq!(picture, Ok(Some(things::picture())));
}

async fn clients(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let clients = stores.clients();
    let by_id = clients.by_id(a, &client_id("c"), NOW).await;
    let by_slug = clients.by_slug(a, &slug("app"), NOW).await;
    for found in [by_id, by_slug] {
        same(
            &*found.expect("reads").expect("is there"),
            &things::client(),
        );
    }
    let flow = stores.flows().by_slug(a, &slug("f"), NOW).await;
    same(&*flow.expect("reads").expect("is there"), &stage::flow("f"));
    let (registered, wanted) = (stores.registered(), things::registered());
    let found = registered.find(a, &wanted.client_id, NOW).await;
    same(&found.expect("reads").expect("is there"), &wanted);
    let listed = registered.list(a, None, 10).await.expect("reads");
    assert_eq!(listed.ids, [wanted.client_id]);
    assert_eq!(registered.documents_at(a).await, Ok(Some(slug("app"))));
}

async fn people(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let mut ada = things::ada();
    ada.profile.last_login = Some(NOW); // by signing in
    let people = stores.people();
    for wanted in [&ada, &things::bob()] {
        let (subject, users) = (&wanted.subject, stores.users());
        let found: [Option<User>; 4] = [
            people.by_id(a, subject.id).await.expect("reads"),
            people.by_pk(a, subject.pk).await.expect("reads"),
            users.by_login(a, &subject.username).await.expect("reads"),
            users.by_login(a, &subject.email).await.expect("reads"),
        ];
        for found in found {
            same(&found.expect("is there"), wanted);
        }
    }
    let roster = people.roster(a).await.expect("reads");
    let names: Vec<&str> = roster.iter().map(|it| it.username.as_str()).collect();
    assert_eq!(names, ["ada", "bob", "eve"]);
    assert_eq!(roster[0].groups, [ada.subject.groups[0].id]);
    let folder = people.in_folder(a, "users/staff", None, 10).await;
    let folder: Vec<UserId> = folder
        .expect("reads")
        .users
        .iter()
        .map(|it| it.subject.id)
        .collect();
    assert_eq!(folder, [ada.subject.id]);
    assert_eq!(people.next_pk(a).await, Ok(2));
    let invitation = stores.invitations().find(a, uuid(0x50)).await;
    assert_eq!(invitation, Ok(Some(things::invitation())));
}

async fn browsers(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let (token, plan, client) = (things::session_token(), things::plan(2), client_id("c"));
    let look = Look {
        session: Some(&token),
        client: Some(&client),
        plan: Some(&plan.key),
    };
    let seen = stores.browsers().look(a, look, NOW).await.expect("reads");
    let (session, user) = seen.signed_in.expect("signed in");
    assert_eq!(user.subject.id, things::ada().subject.id);
    let mut wanted = things::session();
    wanted.visited.insert(client, things::visit());
    same(&session, &wanted);
    same(&seen.consent.expect("consented"), &things::consent());
    let wanted = provider::session::Plan { version: 2, ..plan };
    same(&seen.plan.expect("is there"), &wanted);
    let sessions = stores.people().sessions(a, &user, NOW).await;
    assert_eq!(sessions.expect("reads").len(), 1);
    let (throttle, browser) = (stores.throttle(), things::digest("browser"));
    assert_eq!(
        throttle.knows(a, session.user, &browser, NOW).await,
        Ok(true)
    );
}

async fn grants(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    for wanted in [things::pending(), things::live()] {
        let found: Grant = stage.found(wanted.id).await;
        same(&found, &wanted);
    }
    let (tokens, wanted) = (stores.tokens(), things::token());
    let found = tokens.find(a, &wanted.id).await.expect("reads");
    same(&found.expect("is there"), &wanted);
    let wanted = things::pushed();
    let found = stores.pushed().find(a, &wanted.id, NOW).await;
    let found = found.expect("reads").expect("is there");
    let params = found.params.opened(&Secret::new(things::PUSHED));
    let params = params.expect("opens");
    assert_eq!(params.optional("scope"), Ok(Some("openid")));
    assert_eq!((found.client_id, found.key), (wanted.client_id, wanted.key));
    let notice = things::notice();
    let lease = stores.logouts().lease(&notice, at(20), at(15)).await;
    assert_eq!(lease, Ok(provider::ports::Lease::Told));
    let book = provider::ports::Book::AccessTokens;
    let whose = provider::ports::Whose::Of(things::ada().subject.id);
    let listed = stores.ledger().entries(a, book, whose, NOW).await;
    assert_eq!(listed.expect("reads").len(), 1);
}

async fn devices(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    for (byte, state) in [
        (1, DeviceState::Pending),
        (2, DeviceState::Denied),
        (3, things::approved()),
    ] {
        let code = provider::device::DeviceCode::generate(&things::Same(byte));
        let found = stores.devices().find(a, &code.user_code).await;
        same(
            &found.expect("reads").expect("is there"),
            &things::device(state, byte),
        );
    }
    let ada = things::ada().subject.id;
    let waiting = stores.askings().waiting(a, ada, NOW).await.expect("reads");
    assert_eq!(waiting.len(), 1);
    same(&waiting[0], &things::asked());
    // The letter that was sent still counts.
    let letter = stores.askings().letter(a, ada, at(700), NOW).await;
    assert_eq!(letter, Ok(false));
    for _ in 1..10 {
        let guess = stores.devices().guess(a, ada, NOW).await;
        assert_eq!(guess, Ok(provider::ports::Guess::Allowed));
    }
    let guess = stores.devices().guess(a, ada, NOW).await;
    assert_eq!(guess, Ok(provider::ports::Guess::TooMany), "one was before");
}

async fn authenticators(stage: &Stage) {
    let (store, a) = (stage.stores.authenticators(), &stage.tenant);
    let ada = things::ada().subject.id;
    let found = store.of_user(a, ada).await.expect("reads");
    let wanted = things::authenticators().map(in_order);
    assert_eq!(
        found.clone().into_iter().map(in_order).collect::<Vec<_>>(),
        wanted
    );
    let again = store.add(a, &found[2], &[], &stage::event()).await;
    assert_eq!(again, Ok(false), "its credential is somebody's");
    let remembered = things::remembered();
    let found = store.remembered(a, ada, &remembered.cookie, NOW).await;
    assert_eq!(found, Ok(Some(remembered)));
    let entries = store.entries(a, None).await.expect("reads");
    assert_eq!(entries.len(), 3);
}

/// With recovery codes in order: they are a set.
fn in_order(mut one: Authenticator) -> Authenticator {
    if let Verifier::Static { codes } = &mut one.secret {
        codes.sort_by_key(protocol::Digest::encode);
    }
    one
}

async fn programs(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let (tokens, wanted) = (stores.user_tokens(), things::user_token());
    let by_key = tokens.by_digest(a, &wanted.id).await.expect("reads");
    let by_name = tokens.by_identifier(a, "ci").await.expect("reads");
    for found in [by_key, by_name] {
        same(&found.expect("is there"), &wanted);
    }
    let listed = tokens.list(a).await.expect("reads");
    let theirs = stores.people().tokens(a, wanted.user).await.expect("reads");
    for list in [listed, theirs] {
        assert_eq!((list.len(), list[0].id), (1, wanted.id));
    }
    let spent = stores.replays().spend(a, &things::spent(), NOW).await;
    assert_eq!(spent, Ok(false));
}

async fn links_and_counts(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let wanted = things::link();
    let link = stores.links().take(a, &wanted.id, NOW).await;
    assert_eq!(link, Ok(Some(wanted)));
    let admitted = stores.throttle().admit(a, &[things::bucket()], NOW).await;
    assert!(matches!(admitted, Ok(Admission::Wait(_))), "{admitted:?}");
    for allowance in things::allowances() {
        let all = allowance.limit;
        let taken = stores.permits().take(a, &allowance, all).await;
        assert_eq!(taken, Ok(Taking::Left(all - 1)), "{}", allowance.name);
    }
}

async fn restoring(stage: &Stage) {
    use aws::dynamodb::estate::Founded;
    let (estate, (b, hosts)) = (stage.stores.estate(), things::restoring());
    for (checksum, want) in [("another", Founded::Exists), ("sum", Founded::Done)] {
        assert_eq!(estate.begin(&b, &hosts, checksum).await, Ok(want));
    }
}

async fn events(stage: &Stage) {
    let (events, a) = (stage.stores.events(), &stage.tenant);
    let wanted = things::event();
    assert_eq!(events.find(a, wanted.id, NOW).await, Ok(Some(wanted)));
    let page = events.recent(a, None, 100, NOW).await.expect("reads");
    let bare = things::bare_event();
    assert!(page.events.contains(&bare));
}

async fn groups(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let staff = things::group(2, "staff", Some(1));
    let found = stores.groups().by_name(a, "staff").await;
    assert_eq!(found, Ok(Some(staff.clone())));
    let directory = stores.group_directory();
    let names: Vec<String> = directory
        .roster(a)
        .await
        .expect("reads")
        .into_iter()
        .map(|it| it.name)
        .collect();
    assert_eq!(names, ["board", "hands", "staff"]);
    let members = directory.members(a, staff.id, None, 10).await;
    assert_eq!(members.expect("reads").users.len(), 1);
    // Any change of a group finishes the renaming that was cut off.
    let new = things::group(9, "new", None);
    assert_eq!(stores.groups().put(a, &new, None).await, Ok(true));
    let eve = things::eve().subject.id;
    let eve = stores.people().by_id(a, eve).await.expect("reads");
    assert_eq!(eve.expect("is there").subject.groups[0].name, "hands");
    let board = things::group(1, "board", None);
    let removed = directory.remove(a, &board, &stage::event()).await;
    assert_eq!(removed, Ok(true));
    let orphan = stores.groups().by_name(a, "staff").await.expect("reads");
    assert_eq!(
        orphan.expect("is there").parent,
        None,
        "its child was known"
    );
}
