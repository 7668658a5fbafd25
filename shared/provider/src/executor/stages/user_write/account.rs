//! New accounts.

use protocol::{Digest, UserId};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::record::{self, Details};
use super::whom::is_same_address;
use crate::executor::stages::email::ACTIVATED;
use crate::executor::stages::invitation::SPENT;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::challenge::Errors;
use crate::flow::proof::Method;
use crate::flow::stage::UserWriteSettings;
use crate::group::GroupId;
use crate::invitation::Invitation;
use crate::permits::room_for_one;
use crate::ports::{NewAccount, PortError, Written};
use crate::user::{Membership, Profile, Subject, User, UserKind};

/// What a policy may have put into the plan's context (authentik: `PLAN_CONTEXT_…` of the user write stage).
const PATH: &str = "user_path";
const KIND: &str = "user_type";
const GROUPS: &str = "groups";

/// What people are told where the tenant has as many accounts as it may have.
const FULL: &str = "No more accounts can be made here. Ask whoever runs this service.";

/// authentik's `User.default_path`.
const DEFAULT_PATH: &str = "users";

impl Executor {
    /// Makes an account. Where the answer to an earlier try was lost, or the form was sent twice, the account that is
    /// there already is taken.
    pub(super) async fn create(
        &self,
        run: &mut Run<'_>,
        its: &UserWriteSettings,
        (data, invitation): (&Details, Option<Invitation>),
    ) -> Result<Step, Fault> {
        let drafted = run.draft(its, data);
        let mut user = match drafted {
            Ok(user) => user,
            Err(errors) => return self.back(run, errors).await,
        };
        if !self.has_room(run, user.subject.id).await? {
            return Ok(Step::Deny(Some(FULL.to_owned())));
        }
        user.subject.groups = self.memberships(run, its.create_users_group).await?;
        user = self.in_groups(run, user).await?;
        let uninvited = invitation.is_none() && run.accepted_invitation().is_some();
        let spends = invitation.filter(|it| it.single_use).map(|it| it.id);
        let written = if uninvited && !run.plan.context.created {
            Written::Stale
        } else {
            self.open_account(run, &mut user, (data, spends)).await?
        };
        if written != Written::Yes {
            match self
                .parts
                .people
                .by_id(&run.call().tenant.id, user.subject.id)
                .await?
            {
                Some(earlier) => user = earlier,
                None if written == Written::Taken => {
                    return self.back(run, Errors::whole(super::NOT_THESE)).await;
                }
                None if run.accepted_invitation().is_some() => {
                    return Ok(Step::Deny(Some(SPENT.to_owned())));
                }
                None => {
                    return Err(PortError::Contended("create: a group changed".to_owned()).into());
                }
            }
        }
        tracing::info!(event = "user_created", user = %user.subject.id, "an account was made");
        // What was proved before was proved by somebody else, but for the address.
        let proved = user.subject.email_verified;
        let proofs = &mut run.plan.context.proofs;
        proofs.retain(|proof| proof.method == Method::Email && proved);
        run.plan.context.created = true;
        Ok(run.wrote(user))
    }

    /// Whether there is room for this account, or it is there already.
    async fn has_room(&self, run: &Run<'_>, id: UserId) -> Result<bool, Fault> {
        let (people, tenant) = (&self.parts.people, &run.call().tenant);
        Ok(room_for_one(&**people, tenant).await? || people.by_id(&tenant.id, id).await?.is_some())
    }

    async fn open_account(
        &self,
        run: &Run<'_>,
        user: &mut User,
        (data, invitation): (&Details, Option<Uuid>),
    ) -> Result<Written, Fault> {
        let (tenant, people) = (&run.call().tenant.id, &self.parts.people);
        user.subject.pk = people.next_pk(tenant).await?;
        let event = self.write_event(run, user, data).with("created", true);
        let new = NewAccount {
            user,
            invitation,
            event: &event,
        };
        Ok(people.create(tenant, &new).await?)
    }

    /// The account with the groups that policies put it into.
    pub(super) async fn in_groups(&self, run: &Run<'_>, mut user: User) -> Result<User, Fault> {
        for id in run.set_groups() {
            let missing = user.subject.groups.iter().all(|group| group.id != id);
            if missing {
                user.subject
                    .groups
                    .extend(self.memberships(run, Some(id)).await?);
            }
        }
        Ok(user)
    }

    /// Membership of this group; none where it is gone.
    async fn memberships(
        &self,
        run: &Run<'_>,
        id: Option<GroupId>,
    ) -> Result<Vec<Membership>, Fault> {
        let Some(id) = id else {
            return Ok(Vec::new());
        };
        let call = run.call();
        let groups = self
            .parts
            .groups
            .closure(&call.tenant.id, &[id], call.now)
            .await?;
        let Some(group) = groups.0.get(&id) else {
            tracing::warn!(event = "group_gone", group = %id.0, "a stage names a group that is gone");
            return Ok(Vec::new());
        };
        Ok(vec![Membership {
            id,
            name: group.name.clone(),
        }])
    }
}

impl Run<'_> {
    /// A new account with what was filled in; the user name is the address where there is none.
    fn draft(&self, its: &UserWriteSettings, data: &Details) -> Result<User, Errors> {
        let mut user = self.blank(its);
        record::write(&mut user, data)?;
        let subject = &mut user.subject;
        if subject.username.is_empty() {
            subject.username.clone_from(&subject.email);
        }
        if subject.username.is_empty() {
            return Err(Errors::of("username", "Enter a username."));
        }
        let proved = self.verified_email();
        subject.email_verified = proved.is_some_and(|it| is_same_address(it, &subject.email));
        let activated = self
            .plan
            .context
            .extra
            .get(ACTIVATED)
            .and_then(Value::as_bool);
        user.active |= user.subject.email_verified && activated == Some(true);
        user.subject.id = self.id_of(&user);
        Ok(user)
    }

    /// A new account with nothing filled in.
    fn blank(&self, its: &UserWriteSettings) -> User {
        let set = |key: &str| self.plan.context.extra.get(key).and_then(Value::as_str);
        let path = set(PATH)
            .unwrap_or(&its.user_path_template)
            .trim_matches('/');
        let kind = set(KIND).and_then(|kind| serde_json::from_value(kind.into()).ok());
        let kind = match kind.unwrap_or(its.user_type) {
            UserKind::InternalServiceAccount => UserKind::ServiceAccount,
            kind @ (UserKind::Internal | UserKind::External | UserKind::ServiceAccount) => kind,
        };
        User {
            subject: Subject {
                id: UserId(Uuid::nil()),
                pk: 0,
                version: 1,
                generation: 0,
                username: String::new(),
                name: String::new(),
                email: String::new(),
                email_verified: false,
                groups: Vec::new(),
                upn: None,
            },
            active: !its.create_users_as_inactive,
            password: None,
            profile: Profile {
                kind,
                path: if path.is_empty() { DEFAULT_PATH } else { path }.to_owned(),
                attributes: Map::new(),
                date_joined: self.call().now,
                last_login: None,
            },
            withdrawn: std::collections::BTreeMap::new(),
        }
    }

    /// The id of the account that this plan makes with these names: the same each time, so that of two answers sent
    /// at once, or one sent again, the second finds the account of the first. The browser's secret is in it.
    fn id_of(&self, user: &User) -> UserId {
        let (plan, subject) = (&self.plan, &user.subject);
        let parts = [
            plan.key.browser.encode(),
            plan.key.next.encode(),
            plan.expires.to_string(),
            subject.username.clone(),
            subject.email.clone(),
        ];
        let digest = Digest::of(parts.join("\n").as_bytes());
        let bytes = digest.as_bytes().first_chunk::<16>();
        UserId::from_random(bytes.copied().unwrap_or_default())
    }

    /// The groups that a policy put into the plan's context: objects with their `pk`.
    fn set_groups(&self) -> Vec<GroupId> {
        let set = self
            .plan
            .context
            .extra
            .get(GROUPS)
            .and_then(Value::as_array);
        let pk = |group: &Value| Uuid::try_parse(group.get("pk")?.as_str()?).ok();
        set.into_iter()
            .flatten()
            .filter_map(pk)
            .map(GroupId)
            .collect()
    }
}
