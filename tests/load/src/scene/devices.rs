//! Devices (RFC 8628), and people who are asked elsewhere (CIBA).

use std::sync::atomic::Ordering;

use anyhow::ensure;
use protocol::{GrantId, Scopes, UserId};
use provider::asking::{Asked, AuthReqId, Question};
use provider::device::{Approval, Device, DeviceCode, DeviceState};
use provider::ports::{Asking, Begun, Settled, Settling};
use provider::user::User;
use serde_json::Value;
use uuid::Uuid;

use super::grants::TOKEN;
use super::{SCOPES, Scene, post};

impl Scene {
    /// A poll of a device that nobody has answered, or that somebody has allowed.
    pub(super) async fn device(&self, slug: &str, allowed: bool) -> anyhow::Result<Value> {
        let (client, now) = (self.client(slug).await?, local::clock::now());
        let code = DeviceCode::generate(&self.entropy);
        let device = Device::begin(&client, Scopes::parse(SCOPES)?, &code, now);
        let devices = self.backend.stores.devices();
        let begun = devices.begin(&self.tenant, &device, None, now).await?;
        ensure!(begun == Begun::Yes, "the device may not begin");
        if allowed {
            self.allow(&device).await?;
        }
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", code.raw().expose()),
        ];
        Ok(post(slug, TOKEN, &form))
    }

    /// A poll for somebody who has not answered, or has allowed it.
    pub(super) async fn asking(&self, slug: &str, allowed: bool) -> anyhow::Result<Value> {
        let (client, now) = (self.client(slug).await?, local::clock::now());
        let id = AuthReqId::generate(&self.entropy);
        let question = Question {
            scopes: Scopes::parse(SCOPES)?,
            asked: Asked {
                user: UserId(Uuid::new_v4()), // another one each time: nobody is asked too often
                message: Some("W4SCT".to_owned()),
                at: now,
                address: None,
                notify: None,
            },
            expiry: None,
        };
        let device = question.begin(&client, &id, now);
        let askings = self.backend.stores.askings();
        let begun = askings.ask(&self.tenant, &device, now).await?;
        ensure!(begun == Asking::Begun, "nobody is asked");
        if allowed {
            self.allow(&device).await?;
        }
        let form = [
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", id.raw().expose()),
        ];
        Ok(post(slug, TOKEN, &form))
    }

    async fn allow(&self, device: &Device) -> anyhow::Result<()> {
        let (now, (_, session)) = (local::clock::now(), self.signed_in().await?);
        let scopes = device.scopes.clone();
        let approval = Approval::by(&session, &self.user.subject, scopes, now);
        let to = DeviceState::Approved {
            grant: GrantId(Uuid::new_v4()),
            approval: Box::new(approval),
        };
        let devices = self.backend.stores.devices();
        let beside = Settling::default();
        let settled = devices.settle(&self.tenant, device, &to, beside, now);
        ensure!(settled.await? == Settled::Yes, "the answer comes too late");
        Ok(())
    }

    /// A device asks for its codes.
    pub(super) fn device_code(&self, slug: &str) -> Value {
        let event = post(slug, "/application/o/device/", &[("scope", SCOPES)]);
        self.at_another_address(event)
    }

    /// A client has somebody asked: another one each time, as nobody is asked too often.
    pub(super) async fn backchannel(&self, slug: &str) -> anyhow::Result<Value> {
        let mut person: User = self.user.clone();
        let name = format!("person-{}", Uuid::new_v4().simple());
        person.subject.id = UserId(Uuid::new_v4());
        person.subject.pk = 1_000_000 + u64::from(self.addresses.fetch_add(1, Ordering::Relaxed));
        person.subject.email = format!("{name}@example.com");
        person.subject.username = name;
        // One after the other: people share lists, and writing those side by side takes several attempts.
        let _turn = self.kept.lock().await;
        let registry = self.backend.stores.registry();
        let written = registry.put_user(&self.tenant, &person, None).await?;
        ensure!(written, "the person is there already");
        let form = [
            ("scope", "openid profile"),
            ("login_hint", person.subject.username.as_str()),
            ("binding_message", "W4SCT"),
        ];
        let event = post(slug, "/application/o/backchannel-authentication/", &form);
        Ok(self.at_another_address(event))
    }
}
