//! Whom expressions are about, and what is read of them.

use std::collections::BTreeSet;

use protocol::Timestamp;

use super::{Evaluation, Pending, Reads, Scripts, Setting, facts};
use crate::group::{GroupId, Groups};
use crate::ports::PortError;
use crate::script::{Facts, UserFacts};
use crate::tenant::Tenant;
use crate::user::User;

impl Evaluation<'_> {
    /// Reads what there is to know of the people concerned.
    pub(super) async fn gather(&mut self) -> Result<(), PortError> {
        let mut facts = std::mem::take(&mut self.facts);
        self.groups = self.people_of(&mut facts, self.reads).await?;
        self.facts = facts;
        Ok(())
    }

    /// Tells of who asks and whom the flow is about, and gives their groups where they were to be read.
    pub(super) async fn people_of(
        &self,
        facts: &mut Facts,
        reads: Reads,
    ) -> Result<Option<Groups>, PortError> {
        let pending = self.pending.user();
        let all: Vec<&User> = self.user.into_iter().chain(pending).collect();
        let groups = match all.as_slice() {
            [_, ..] if reads.groups => Some(self.scripts.groups_of(self.setting, &all).await?),
            [..] => None,
        };
        facts.groups = groups.as_ref().map(facts::group_facts).unwrap_or_default();
        facts.user = match self.user {
            Some(user) => Some(self.person(user, groups.as_ref(), reads).await?),
            None => None,
        };
        if let Some(flow) = &mut facts.flow {
            let same = pending
                .zip(self.user)
                .is_some_and(|(a, b)| a.subject.id == b.subject.id);
            flow.pending_user = match (&self.pending, pending) {
                (_, Some(_)) if same => facts.user.clone(),
                (_, Some(user)) => Some(self.person(user, groups.as_ref(), reads).await?),
                (Pending::Unknown(facts), None) => Some((**facts).clone()),
                (Pending::Nobody | Pending::Known(_) | Pending::Became(_), None) => None,
            };
        }
        Ok(groups)
    }

    pub(super) async fn person(
        &self,
        user: &User,
        groups: Option<&Groups>,
        reads: Reads,
    ) -> Result<UserFacts, PortError> {
        let tenant = self.setting.tenant;
        let mut facts = facts::user_facts(tenant, user, groups);
        if reads.authenticators {
            facts.authenticators = self.scripts.authenticators_of(&tenant.id, user).await?;
        }
        Ok(facts)
    }

    /// Whom policies are about: in a flow whoever that is about, else who asks.
    pub(crate) fn about(&self) -> Option<&User> {
        match &self.pending {
            Pending::Nobody => self.user,
            Pending::Unknown(_) => None,
            Pending::Known(user) => Some(user),
            Pending::Became(user) => Some(user),
        }
    }

    /// The groups of the people concerned and their ancestors, where they were asked for.
    pub(crate) const fn groups(&self) -> Option<&Groups> {
        self.groups.as_ref()
    }

    /// Whether the user is a superuser; read now where it is not known yet.
    pub(crate) async fn is_superuser(&self) -> Result<bool, PortError> {
        Ok(match (self.about(), &self.groups) {
            (None, _) => false,
            (Some(user), Some(groups)) => facts::is_superuser(user, groups),
            (Some(user), None) => {
                let groups = self.scripts.groups_of(self.setting, &[user]).await?;
                facts::is_superuser(user, &groups)
            }
        })
    }
}

impl Scripts {
    /// Whether a user is in a superuser group, ancestors included.
    ///
    /// # Errors
    /// Where groups cannot be read.
    pub(crate) async fn is_superuser(
        &self,
        tenant: &Tenant,
        user: &User,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let setting = Setting {
            tenant,
            now,
            call: None,
            client: None,
        };
        let groups = self.groups_of(setting, &[user]).await?;
        Ok(facts::is_superuser(user, &groups))
    }

    /// The groups that these people are in, with their ancestors.
    pub(super) async fn groups_of(
        &self,
        setting: Setting<'_>,
        users: &[&User],
    ) -> Result<Groups, PortError> {
        let all = users.iter().flat_map(|user| &user.subject.groups);
        let direct: BTreeSet<GroupId> = all.map(|group| group.id).collect();
        if direct.is_empty() {
            return Ok(Groups::default());
        }
        let direct: Vec<GroupId> = direct.into_iter().collect();
        let tenant = &setting.tenant.id;
        self.groups.closure(tenant, &direct, setting.now).await
    }
}
