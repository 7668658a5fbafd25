//! `DeviceStore`: the session in which a request is answered.

use provider::device::DeviceState;
use provider::ports::{Redemption, Settled, Settling, Visiting};
use provider::session::Session;
use tokio::task::JoinSet;

use super::devices::{approval, approval_in, granted, tv};
use super::logouts::{stored, visit};
use super::stage::{NOW, Stage, event, session, user};

over_both_stores! {
    an_answer_notes_its_client_in_the_session_iff_that_is_there,
    nothing_is_got_in_a_session_that_has_ended,
    of_an_end_and_a_redemption_at_once_one_comes_first,
}

impl Stage {
    async fn settle_in(&self, device: &provider::device::Device, it: &Session) -> Settled {
        let to = approval(&user("ada"));
        let visiting = Visiting {
            session: it,
            visit: visit(true, NOW),
        };
        let beside = Settling {
            event: None,
            visit: Some(&visiting),
        };
        let devices = self.stores.devices();
        let settled = devices.settle(&self.tenant, device, &to, beside, NOW);
        settled.await.expect("answers")
    }

    async fn sign_out(&self, it: &Session) {
        let browsers = self.stores.browsers();
        let ended = browsers.sign_out(&self.tenant, it, &event()).await;
        assert_eq!(ended, Ok(()));
    }
}

async fn an_answer_notes_its_client_in_the_session_iff_that_is_there(stage: &Stage) {
    let (token, it) = session(&stage.user("ada").await);
    stage.enter(&it).await;
    let (_, device) = stage.asked().await;
    assert_eq!(stage.settle_in(&device, &it).await, Settled::Yes);
    let now = stored(stage, &token).await;
    assert_eq!(now.visited[&tv()], visit(true, NOW));
    stage.sign_out(&now).await;
    let (code, device) = stage.asked().await;
    assert_eq!(stage.settle_in(&device, &now).await, Settled::TooLate);
    assert_eq!(stage.state(&code).await, DeviceState::Pending);
}

async fn nothing_is_got_in_a_session_that_has_ended(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (_, it) = session(&ada);
    stage.enter(&it).await;
    let (_, device) = stage.asked().await;
    let to = approval_in(&ada, &it);
    assert_eq!(stage.settle(&device, &to, 0).await, Settled::Yes);
    let grant = granted(&device, &to);
    let over = stage.redeem_device(&device, &grant, 100).await;
    assert_eq!(over, Redemption::Revoked, "at its very end");
    stage.sign_out(&it).await;
    let left = stage.redeem_device(&device, &grant, 0).await;
    assert_eq!(left, Redemption::Revoked);
    let grants = stage.stores.grants();
    assert!(
        grants
            .find(&stage.tenant, grant.id)
            .await
            .unwrap()
            .is_none()
    );
}

/// Whoever hears of the end hears of it after all they got.
async fn of_an_end_and_a_redemption_at_once_one_comes_first(stage: &Stage) {
    let ada = stage.user("ada").await;
    for _ in 0..4 {
        let (_, it) = session(&ada);
        stage.enter(&it).await;
        let (_, device) = stage.asked().await;
        let to = approval_in(&ada, &it);
        stage.settle(&device, &to, 0).await;
        let grant = granted(&device, &to);
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let (devices, tenant) = (stage.stores.devices(), stage.tenant.clone());
            let (device, grant) = (device.clone(), grant.clone());
            let token = super::stage::record(&grant);
            tasks.spawn(async move { devices.redeem(&tenant, &device, &grant, &token, NOW).await });
        }
        stage.sign_out(&it).await;
        let all = tasks.join_all().await;
        let first = all.iter().filter(|one| **one == Ok(Redemption::First));
        assert!(first.count() <= 1, "{all:?}");
        let late = stage.redeem_device(&device, &grant, 0).await;
        assert!(
            matches!(late, Redemption::Replay | Redemption::Revoked),
            "{late:?}"
        );
    }
}
