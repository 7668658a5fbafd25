//! A session that is ended elsewhere while its own browser signs in again.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::event::Event;
use provider::flow::Designation;
use provider::flow::stage::{
    IdentificationSettings, PasswordSettings, Settings, UserLoginSettings,
};
use provider::ports::{Browser, BrowserStore, Leaving, Look, Outcome, Saved, SignIn};
use provider::session::{Consent, Plan, PlanKey, Session};

use super::SESSION;
use super::probe::{Probe, flow};
use crate::harness::{Bench, USER};

const AGAIN: &str = "/if/flow/again/";

/// A store in which a session that goes on has just been ended.
struct Ending(Arc<dyn BrowserStore>);

#[async_trait]
impl BrowserStore for Ending {
    async fn look(&self, tenant: &TenantId, at: Look<'_>, now: Timestamp) -> Outcome<Browser> {
        self.0.look(tenant, at, now).await
    }

    async fn save_plan(&self, tenant: &TenantId, plan: &Plan, now: Timestamp) -> Outcome<Saved> {
        self.0.save_plan(tenant, plan, now).await
    }

    async fn drop_plan(&self, tenant: &TenantId, key: &PlanKey) -> Outcome<()> {
        self.0.drop_plan(tenant, key).await
    }

    async fn sign_in(
        &self,
        tenant: &TenantId,
        entry: &SignIn<'_>,
        now: Timestamp,
    ) -> Outcome<Saved> {
        self.0
            .sign_out(tenant, entry.session, &crate::contract::event())
            .await?;
        self.0.sign_in(tenant, entry, now).await
    }

    async fn save_consent(
        &self,
        tenant: &TenantId,
        plan: &Plan,
        consent: Option<&Consent>,
        now: Timestamp,
    ) -> Outcome<Saved> {
        self.0.save_consent(tenant, plan, consent, now).await
    }

    async fn leave(
        &self,
        tenant: &TenantId,
        session: &Session,
        leaving: &Leaving<'_>,
    ) -> Outcome<()> {
        self.0.leave(tenant, session, leaving).await
    }

    async fn sign_out(&self, tenant: &TenantId, session: &Session, event: &Event) -> Outcome<()> {
        self.0.sign_out(tenant, session, event).await
    }
}

#[tokio::test]
async fn a_session_that_is_ended_meanwhile_does_not_come_back() {
    let bench = Bench::embedded().await;
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ];
    let again = flow("again", Designation::StageConfiguration, stages);
    let probe = Probe::with(&bench, vec![again], |parts| {
        parts.browsers = Arc::new(Ending(Arc::clone(&parts.browsers)));
    });
    let password = [("component", "ak-stage-password"), ("password", USER.1)];
    let mut ada = probe.visitor();
    ada.identify(AGAIN, USER.0).await;
    ada.post(AGAIN, &password).await;
    let cookie = ada.cookies[SESSION].clone();
    ada.identify(AGAIN, USER.0).await;
    let said = ada.post(AGAIN, &password).await;
    assert_eq!(said["stay"], AGAIN, "nothing is done: {said}");
    assert_eq!(ada.cookies[SESSION], cookie);
    let user = crate::harness::people::user(&bench, USER.0).await;
    let people = bench.backend.stores.people();
    let sessions = people.sessions(&bench.seeded.tenant.id, &user, bench.now());
    assert_eq!(sessions.await.expect("reads"), []);
}
