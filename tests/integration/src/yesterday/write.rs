//! One item of every kind, and of those with states one in each, written through the ports.

use provider::device::DeviceState;
use provider::ports::{
    Begun, ClientEdit, Commit, Committed, DocumentEdit, FlowEdit, Former, Guess, Lease, Opened,
    Opening, Redemption, Repair, Saved, Visiting,
};

use super::things::{self, HOST, uuid};
use crate::contract::stage::{self, NOW, Stage, at, slug};
use crate::harness::proxy::Failure;

/// All of them.
pub(crate) async fn everything(stage: &Stage) {
    configuration(stage).await;
    people(stage).await;
    sign_in(stage).await;
    grants(stage).await;
    devices(stage).await;
    authenticators(stage).await;
    programs(stage).await;
    links_and_counts(stage).await;
    restoring(stage).await;
    // Last, as the next change of any group would finish it.
    errand(stage).await;
}

async fn configuration(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let (tenant, hosts) = (stage::tenant("a"), [HOST.to_owned()]);
    let put = stores.registry().put_tenant(&tenant, &hosts).await;
    assert_eq!(put, Ok(true));
    let change = Commit {
        revision: 0,
        documents: vec![DocumentEdit::Put {
            document: things::policy(),
            previous: None,
        }],
        clients: vec![ClientEdit::Put {
            client: Box::new(things::client()),
            former: Former::default(),
        }],
        flows: vec![FlowEdit::Put(Box::new(stage::flow("f")))],
        repair: Some(Repair {
            id: uuid(1),
            providers: vec![3],
            flows: vec![slug("f")],
        }),
        events: Vec::new(),
    };
    assert_eq!(
        stores.config().commit(a, &change).await,
        Ok(Committed::Done)
    );
    stores.config().next_provider_pk(a).await.expect("counts");
    let (client, happened) = (things::registered(), things::bare_event());
    let enrolled = stores.registered().enrol(a, &client, &happened).await;
    assert_eq!(enrolled, Ok(provider::ports::Enrolled::Yes));
    let picture = stores.media().put(a, &things::picture()).await;
    assert_eq!(picture, Ok(things::picture().name()));
    let event = things::event();
    stores.events().record(a, &[event]).await.expect("writes");
}

/// A tenant that is being written back.
async fn restoring(stage: &Stage) {
    let (b, hosts) = things::restoring();
    let begun = stage.stores.estate().begin(&b, &hosts, "sum").await;
    assert_eq!(begun, Ok(aws::dynamodb::estate::Founded::Done));
}

async fn people(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let groups = [
        things::group(1, "board", None),
        things::group(2, "staff", Some(1)),
        things::group(3, "crew", None),
    ];
    for group in &groups {
        assert_eq!(stores.groups().put(a, group, None).await, Ok(true));
    }
    for user in [things::ada(), things::bob(), things::eve()] {
        assert!(stage.put(&user, None).await);
    }
    stores.registry().next_user_pk(a).await.expect("counts");
    let invited = stores.invitations().put(a, &things::invitation()).await;
    invited.expect("writes");
}

async fn sign_in(stage: &Stage) {
    let (browsers, a) = (stage.stores.browsers(), &stage.tenant);
    let (from, onward) = (things::plan(1), things::plan(2));
    assert_eq!(browsers.save_plan(a, &from, NOW).await, Ok(Saved::Yes));
    let from = provider::session::Plan { version: 1, ..from };
    let onward = provider::session::Plan {
        version: 1,
        ..onward
    };
    let (session, event) = (things::session(), things::bare_event());
    let entry = stage::entering(&session, &from, &onward, None, &event);
    assert_eq!(browsers.sign_in(a, &entry, NOW).await, Ok(Saved::Yes));
    let consent = things::consent();
    let saved = browsers.save_consent(a, &onward, Some(&consent), NOW).await;
    assert_eq!(saved, Ok(Saved::Yes));
    let throttle = stage.stores.throttle();
    let browser = things::digest("browser");
    throttle
        .remember(a, session.user, &browser, NOW)
        .await
        .expect("writes");
}

async fn grants(stage: &Stage) {
    let (grants, a) = (stage.stores.grants(), &stage.tenant);
    let (session, event) = (things::session(), things::bare_event());
    let visiting = Visiting {
        session: &session,
        visit: things::visit(),
    };
    let pending = things::pending();
    let opening = Opening {
        visit: Some(&visiting),
        ..stage::opening(&pending, &event)
    };
    assert_eq!(grants.open(a, &opening).await, Ok(Opened::Yes));
    let live = things::live();
    let fresh = provider::grant::Grant {
        state: provider::grant::State::Pending,
        ..live.clone()
    };
    let opened = grants.open(a, &stage::opening(&fresh, &event)).await;
    assert_eq!(opened, Ok(Opened::Yes));
    let redeemed = grants.redeem(a, &live, &things::token(), NOW).await;
    assert_eq!(redeemed, Ok(Redemption::First));
    let pushed = stage.stores.pushed().put(a, &things::pushed()).await;
    pushed.expect("writes");
    let (logouts, notice) = (stage.stores.logouts(), things::notice());
    assert_eq!(logouts.lease(&notice, at(10), NOW).await, Ok(Lease::Yes));
    logouts.told(&notice, &event).await.expect("writes");
}

async fn devices(stage: &Stage) {
    let (devices, a) = (stage.stores.devices(), &stage.tenant);
    for (byte, state) in [
        (1, DeviceState::Pending),
        (2, DeviceState::Denied),
        (3, things::approved()),
    ] {
        let device = things::device(DeviceState::Pending, byte);
        let begun = devices.begin(a, &device, Some("192.0.2.1"), NOW).await;
        assert_eq!(begun, Ok(Begun::Yes));
        if state != DeviceState::Pending {
            let beside = provider::ports::Settling::default();
            let settled = devices.settle(a, &device, &state, beside, NOW).await;
            assert_eq!(settled, Ok(provider::ports::Settled::Yes));
        }
    }
    let ada = things::ada().subject.id;
    assert_eq!(devices.guess(a, ada, NOW).await, Ok(Guess::Allowed));
    let askings = stage.stores.askings();
    let asked = askings.ask(a, &things::asked(), NOW).await.expect("writes");
    assert_eq!(asked, provider::ports::Asking::Begun);
    assert_eq!(askings.letter(a, ada, at(600), NOW).await, Ok(true));
}

async fn authenticators(stage: &Stage) {
    let (store, a) = (stage.stores.authenticators(), &stage.tenant);
    for one in things::authenticators() {
        let added = store.add(a, &one, &[], &stage::event()).await;
        assert_eq!(added, Ok(true));
    }
    store
        .remember(a, &things::remembered())
        .await
        .expect("writes");
}

async fn programs(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let token = things::user_token();
    let put = stores.user_tokens().put(a, &token, None).await;
    assert_eq!(put, Ok(true));
    let spent = stores.replays().spend(a, &things::spent(), NOW).await;
    assert_eq!(spent, Ok(true));
}

async fn links_and_counts(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    stores
        .links()
        .put(a, &things::link())
        .await
        .expect("writes");
    let admitted = stores.throttle().admit(a, &[things::bucket()], NOW).await;
    assert_eq!(admitted, Ok(provider::ports::Admission::Admitted));
    for allowance in things::allowances() {
        let taken = stores.permits().take(a, &allowance, 1).await;
        assert_eq!(taken, Ok(provider::ports::Taking::Granted));
    }
}

/// A renaming that was cut off once the group's own item was written.
async fn errand(stage: &Stage) {
    let crew = things::group(3, "crew", None);
    let renamed = provider::group::Group {
        version: 2,
        name: "hands".to_owned(),
        ..crew.clone()
    };
    stage.proxy.fail("BatchGetItem", Failure::Broken, 3);
    let groups = stage.stores.groups();
    let put = groups.put(&stage.tenant, &renamed, Some(&crew)).await;
    assert_eq!(put, Ok(true));
    stage.proxy.heal();
}
