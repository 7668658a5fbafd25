//! Makes recovery codes (`ak-stage-authenticator-static`).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::too_many;
use crate::authenticator::{Authenticator, MOST, Verifier, codes, new_id};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::challenge::{AuthenticatorStatic, Challenge};
use crate::flow::stage::{DeviceClass, StaticSettings};
use crate::ports::PortError;
use crate::tenant::{Purpose, Sealed};

/// The name of the note.
const DRAFT: &str = "static";

/// The fewest letters of a code, 40 bits: what is shorter could be found from its digest at once.
const SHORTEST: u8 = 8;

/// Most codes of a set.
const MOST_CODES: u8 = 50;

/// Codes that are to be kept once their owner has them.
#[derive(Serialize, Deserialize)]
struct Draft {
    id: Uuid,
    codes: Sealed,
}

impl Executor {
    /// Shows the codes: the same each time, until their owner says they have them.
    pub(in crate::executor) async fn set_up_static(
        &self,
        run: &mut Run<'_>,
        its: &StaticSettings,
    ) -> Result<Step, Fault> {
        if let Err(step) = self.owner(run).await? {
            return Ok(step);
        }
        let codes = match run.noted::<Draft>(DRAFT) {
            Some(draft) => self.codes(run, &draft).await?,
            None => self.new_codes(run, its).await?,
        };
        Ok(Step::Ask(Box::new(Challenge::AuthenticatorStatic(
            AuthenticatorStatic {
                pending: run.shown_pending(),
                codes,
            },
        ))))
    }

    /// Keeps their digests in place of all codes the person had: those may have been seen, or lost.
    pub(in crate::executor) async fn static_kept(
        &self,
        run: &mut Run<'_>,
        its: &StaticSettings,
    ) -> Result<Step, Fault> {
        let owner = match self.owner(run).await? {
            Ok(owner) => owner,
            Err(step) => return Ok(step),
        };
        let Some(draft) = run.noted::<Draft>(DRAFT) else {
            return self.set_up_static(run, its).await; // nothing was shown yet
        };
        let codes = self.codes(run, &draft).await?;
        let is_static = |one: &&Authenticator| one.secret.class() == DeviceClass::Static;
        let replaced: Vec<_> = owner.has.iter().filter(is_static).cloned().collect();
        if owner.has.len() - replaced.len() >= MOST {
            return Ok(too_many());
        }
        let name = replaced.first().map(|former| former.name.clone());
        let user = owner.user.subject.id;
        let new = Authenticator {
            id: draft.id,
            user,
            name: name.unwrap_or_else(|| owner.name_for(&its.friendly_name, "Recovery codes")),
            created: run.call().now,
            last_used: None,
            version: 1,
            secret: Verifier::Static {
                codes: codes.iter().map(|code| codes::digest(user, code)).collect(),
            },
        };
        if !self.keep(run, &owner, &new, &replaced).await? {
            return Ok(Step::Stale); // the same form was sent twice, or other codes were made meanwhile
        }
        Ok(Step::Done)
    }

    /// New codes, sealed at once, so that they stand nowhere in the clear.
    async fn new_codes(
        &self,
        run: &mut Run<'_>,
        its: &StaticSettings,
    ) -> Result<Vec<String>, Fault> {
        let (count, length) = (
            its.token_count.clamp(1, MOST_CODES),
            its.token_length.max(SHORTEST),
        );
        let entropy = &*self.parts.entropy;
        let fill = |buffer: &mut [u8]| entropy.fill(buffer);
        let codes = codes::generate(count.into(), length.into(), fill);
        let id = new_id(entropy);
        let (name, text) = (id.to_string(), codes.join(" "));
        let tenant = &run.call().tenant.id;
        let sealed = self
            .parts
            .sealer
            .seal(tenant, Purpose::RecoveryCodes(&name), text.as_bytes());
        let draft = Draft {
            id,
            codes: sealed.await?,
        };
        run.note(DRAFT, draft);
        Ok(codes)
    }

    async fn codes(&self, run: &Run<'_>, draft: &Draft) -> Result<Vec<String>, Fault> {
        let name = draft.id.to_string();
        let purpose = Purpose::RecoveryCodes(&name);
        let opened = self
            .parts
            .vault
            .open(&run.call().tenant.id, purpose, &draft.codes)
            .await?;
        let text = str::from_utf8(&opened);
        let text = text.map_err(|_| PortError::Corrupt(format!("codes {name}: no text")))?;
        Ok(text.split(' ').map(str::to_owned).collect())
    }
}
