//! Whether somebody may use an application that the management API speaks of (API reference B2).

use serde_json::Map;

use super::{Policies, Question, Refusal, Ruling};
use crate::config::{Application, Config, compile, policies};
use crate::http::Call;
use crate::ports::PortError;
use crate::script::ObjectFacts;
use crate::scripts::{Matter, Setting};
use crate::user::User;

impl Policies {
    /// As [`Policies::decide`], of an application that may have no client yet.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn may_use(
        &self,
        call: &Call<'_>,
        config: &Config,
        application: &Application,
        user: &User,
    ) -> Result<Ruling, PortError> {
        let client = application.provider.and_then(|pk| compile(config, pk));
        if let Some(client) = client {
            return self.decide(call, &client, Some(user), Map::new()).await;
        }
        let Some(set) = policies(config, application.id, application.policy_engine_mode) else {
            return Ok(Ruling::Denied(Refusal::default())); // a policy is missing
        };
        let question = Question {
            set: &set,
            setting: Setting {
                tenant: &call.tenant,
                now: call.now,
                call: Some(call),
                client: None,
            },
            user: Some(user),
            matter: Matter {
                object: Some(ObjectFacts {
                    pk: application.id.to_string(),
                    name: application.name.clone(),
                    slug: application.slug.to_string(),
                }),
                ..Matter::default()
            },
        };
        Ok(self.judge(question).await?.ruling)
    }
}
