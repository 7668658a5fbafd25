//! An engine that says what a test wants, and stores in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use protocol::{ClientId, Digest, Scopes, Seconds, Slug, TenantId, Timestamp, UserId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Scripts;
use crate::authenticator::{Authenticator, Remembered};
use crate::client::{Client, ClientKind, ConsentMode, Federation, IssuerMode, SubMode};
use crate::entropy::System;
use crate::event::{Action, Event};
use crate::group::{Group, GroupId, Groups};
use crate::http::{Call, ClientAddress, Request};
use crate::key::Signing;
use crate::mapping::ScopeMapping;
use crate::policy::{ExpressionPolicy, PolicySet};
use crate::ports::{
    AuthenticatorEntry, AuthenticatorStore, EventPage, EventStore, GroupStore, Number, Outcome,
    PolicyStore, PortError, SubjectStore, Use, Used, UserStore,
};
use crate::script::{Done, Expressions, Failure, Host, Kind, Script};
use crate::tenant::{Sealed, Tenant};
use crate::user::{Membership, Profile, Subject, User};

/// What a source does when it is run. A source that is not known is refused.
pub(crate) enum Does {
    Says(Done),
    Fails(Failure),
    /// Passes as this policy does; its messages are the verdict's.
    Calls(&'static str),
    /// Says the name of the user it finds, or `null`.
    Finds(Value),
}

/// Everything an evaluation needs, in memory.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) sources: BTreeMap<&'static str, Does>,
    pub(crate) people: Vec<User>,
    pub(crate) groups: Groups,
    pub(crate) authenticators: Vec<Authenticator>,
    pub(crate) policies: Vec<ExpressionPolicy>,
    pub(crate) ran: Mutex<Vec<Script>>,
    pub(crate) reads: Mutex<Vec<&'static str>>,
    pub(crate) events: Mutex<Vec<Event>>,
    pub(crate) broken: Option<PortError>,
}

impl World {
    pub(crate) fn scripts(self: &Arc<Self>) -> Scripts {
        Scripts {
            expressions: Arc::clone(self) as _,
            subjects: Arc::clone(self) as _,
            users: Arc::clone(self) as _,
            groups: Arc::clone(self) as _,
            authenticators: Arc::clone(self) as _,
            policies: Arc::clone(self) as _,
            events: Arc::clone(self) as _,
            entropy: Arc::new(System::default()),
        }
    }

    pub(crate) fn with(mut self, source: &'static str, does: Does) -> Self {
        self.sources.insert(source, does);
        self
    }

    /// A group of this name under a parent; its id is made of the name.
    pub(crate) fn group(mut self, name: &str, parent: Option<&str>) -> Self {
        let group = Group {
            id: group_id(name),
            name: name.to_owned(),
            is_superuser: name == "admins",
            parent: parent.map(group_id),
            attributes: Map::new(),
            version: 1,
        };
        self.groups.0.insert(group.id, group);
        self
    }

    pub(crate) fn actions(&self) -> Vec<Action> {
        let events = self.events.lock().unwrap();
        events.iter().map(|event| event.action.clone()).collect()
    }

    fn read(&self, what: &'static str) -> Outcome<()> {
        self.reads.lock().unwrap().push(what);
        self.broken.clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Expressions for World {
    async fn run(&self, script: &Script, host: &dyn Host) -> Result<Done, Failure> {
        self.ran.lock().unwrap().push(script.clone());
        let raised = |message| Failure::Raised {
            kind: "RuntimeError".into(),
            message,
            line: 1,
        };
        match self.sources.get(&*script.source) {
            Some(Does::Says(done)) => Ok(done.clone()),
            Some(Does::Fails(failure)) => Err(failure.clone()),
            Some(Does::Calls(name)) => {
                let keywords = Map::from_iter([("asked".to_owned(), json!(true))]);
                let verdict = host.call_policy(name, &keywords).await.map_err(raised)?;
                Ok(Done {
                    truthy: verdict.passing,
                    messages: verdict.messages,
                    ..Done::default()
                })
            }
            Some(Does::Finds(filters)) => {
                let filters = serde_json::from_value(filters.clone()).unwrap();
                let found = host.user_by(&filters).await.map_err(raised)?;
                Ok(value(json!(found.map(|(user, _)| user.username))))
            }
            None => Err(Failure::Refused {
                line: 1,
                message: format!("no test knows {:?}", script.source),
            }),
        }
    }

    async fn check(&self, _: Kind, _: &str) -> Result<(), Failure> {
        Ok(())
    }
}

#[async_trait]
impl SubjectStore for World {
    async fn by_id(&self, _: &TenantId, id: UserId) -> Outcome<Option<User>> {
        self.read("subject")?;
        Ok(self
            .people
            .iter()
            .find(|user| user.subject.id == id)
            .cloned())
    }
}

#[async_trait]
impl UserStore for World {
    async fn by_login(&self, _: &TenantId, login: &str) -> Outcome<Option<User>> {
        self.read("login")?;
        let login = login.to_lowercase();
        let same = |user: &&User| {
            [&user.subject.username, &user.subject.email]
                .iter()
                .any(|name| name.to_lowercase() == login)
        };
        Ok(self.people.iter().find(same).cloned())
    }
}

#[async_trait]
impl GroupStore for World {
    async fn closure(&self, _: &TenantId, ids: &[GroupId], _: Timestamp) -> Outcome<Groups> {
        self.read("groups")?;
        let all = self.groups.with_ancestors(ids.iter().copied());
        let found = all
            .iter()
            .filter_map(|id| Some((*id, self.groups.0.get(id)?.clone())));
        Ok(Groups(found.collect()))
    }

    async fn put(&self, _: &TenantId, _: &Group, _: Option<&Group>) -> Outcome<bool> {
        Ok(false)
    }

    async fn by_name(&self, _: &TenantId, _: &str) -> Outcome<Option<Group>> {
        Ok(None)
    }
}

#[async_trait]
impl AuthenticatorStore for World {
    async fn of_user(&self, _: &TenantId, user: UserId) -> Outcome<Vec<Authenticator>> {
        self.read("authenticators")?;
        let theirs = self
            .authenticators
            .iter()
            .filter(|found| found.user == user);
        Ok(theirs.cloned().collect())
    }

    async fn add(
        &self,
        _: &TenantId,
        _: &Authenticator,
        _: &[Authenticator],
        _: &Event,
    ) -> Outcome<bool> {
        Ok(false)
    }

    async fn remember(&self, _: &TenantId, _: &Remembered) -> Outcome<()> {
        Ok(())
    }

    async fn remembered(
        &self,
        _: &TenantId,
        _: UserId,
        _: &Digest,
        _: Timestamp,
    ) -> Outcome<Option<Remembered>> {
        Ok(None)
    }

    async fn spend(&self, _: &TenantId, _: (UserId, Uuid), _: &Use, _: Timestamp) -> Outcome<Used> {
        Ok(Used::No)
    }

    async fn rename(&self, _: &TenantId, _: &Authenticator, _: &str, _: &Event) -> Outcome<bool> {
        Ok(false)
    }

    async fn entries(&self, _: &TenantId, _: Option<Number>) -> Outcome<Vec<AuthenticatorEntry>> {
        Ok(Vec::new())
    }

    async fn read(
        &self,
        _: &TenantId,
        _: &[(UserId, Uuid)],
    ) -> Outcome<Vec<Option<Authenticator>>> {
        Ok(Vec::new())
    }

    async fn remove(&self, _: &TenantId, _: &Authenticator, _: &Event) -> Outcome<bool> {
        Ok(false)
    }
}

#[async_trait]
impl PolicyStore for World {
    async fn policy_by_name(&self, _: &TenantId, name: &str) -> Outcome<Option<ExpressionPolicy>> {
        self.read("policy")?;
        Ok(self
            .policies
            .iter()
            .find(|policy| policy.name == name)
            .cloned())
    }
}

#[async_trait]
impl EventStore for World {
    async fn record(&self, _: &TenantId, events: &[Event]) -> Outcome<()> {
        self.events.lock().unwrap().extend_from_slice(events);
        Ok(())
    }

    async fn recent(
        &self,
        _: &TenantId,
        _: Option<&str>,
        _: u32,
        _: Timestamp,
    ) -> Outcome<EventPage> {
        Ok(EventPage::default())
    }

    async fn find(&self, _: &TenantId, _: Uuid, _: Timestamp) -> Outcome<Option<Event>> {
        Ok(None)
    }

    async fn remove(&self, _: &TenantId, _: &Event, _: &Event) -> Outcome<bool> {
        Ok(false)
    }
}

/// The answer of something that never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing here waits")
}

/// A run that gave this value, with Python's truth of it.
pub(crate) fn value(value: Value) -> Done {
    let truthy = match &value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    };
    Done {
        value,
        truthy,
        ..Done::default()
    }
}

pub(crate) fn says(json: Value) -> Does {
    Does::Says(value(json))
}

/// It raised a `KeyError` whose text must not reach a browser.
pub(crate) fn raises() -> Does {
    Does::Fails(Failure::Raised {
        kind: "KeyError".into(),
        message: "'inner-detail'".into(),
        line: 2,
    })
}

pub(crate) fn group_id(name: &str) -> GroupId {
    let digest = Digest::of(name.as_bytes());
    let bytes: [u8; 16] = digest.as_bytes()[..16].try_into().unwrap();
    GroupId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// Somebody who is directly in these groups.
pub(crate) fn person(name: &str, groups: &[&str]) -> User {
    let seed = Digest::of(name.as_bytes());
    User {
        subject: Subject {
            id: UserId::from_random(seed.as_bytes()[..16].try_into().unwrap()),
            pk: 7,
            version: 1,
            generation: 0,
            username: name.to_owned(),
            name: format!("{name} Lovelace"),
            email: format!("{name}@example.com"),
            email_verified: true,
            groups: groups
                .iter()
                .map(|&name| Membership {
                    id: group_id(name),
                    name: name.to_owned(),
                })
                .collect(),
            upn: None,
        },
        active: true,
        password: None,
        profile: Profile::default(),
        withdrawn: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn mapping(name: &str, scope: &str, expression: &str) -> ScopeMapping {
    ScopeMapping {
        id: Uuid::nil(),
        name: name.to_owned(),
        scope: protocol::scope::Scope::parse(scope).unwrap(),
        description: String::new(),
        expression: expression.to_owned(),
        managed: None,
    }
}

pub(crate) fn policy(name: &str, expression: &str) -> ExpressionPolicy {
    ExpressionPolicy {
        id: Uuid::nil(),
        name: name.to_owned(),
        expression: expression.to_owned(),
        execution_logging: false,
    }
}

pub(crate) fn client(mappings: Vec<ScopeMapping>, policies: PolicySet) -> Client {
    let client_id = ClientId::parse("app-id").unwrap();
    Client {
        kind: ClientKind::Public,
        provider_pk: 3,
        provider_name: "Provider for app".into(),
        application_id: Uuid::from_u128(9),
        slug: Slug::parse("app").unwrap(),
        name: "The App".into(),
        launch_url: None,
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        scopes: mappings
            .iter()
            .map(|mapping| mapping.scope.clone())
            .collect::<Scopes>(),
        mappings,
        policies,
        authorization_flow: Slug::parse(crate::flow::IMPLICIT_CONSENT).unwrap(),
        consent: ConsentMode::Implicit,
        authorization_runs: false,
        authentication_flow: None,
        invalidation_flow: None,
        code_lifetime: Seconds(60),
        access_lifetime: Seconds(3600),
        refresh_lifetime: Seconds(3600),
        refresh_grace: Seconds(30),
        include_claims_in_id_token: true,
        sub_mode: SubMode::HashedUserId,
        issuer_mode: IssuerMode::PerProvider,
        signing: Signing::ClientSecret {
            client_id: client_id.clone(),
            sealed: Sealed(Vec::new()),
        },
        further_keys: crate::key::FurtherKeys::default(),
        encryption_key: None,
        signing_certificate: None,
        origin: crate::client::Origin::Configured,
        statement_sources: Vec::new(),
        leads_where_named: false,
        encryption_certificate: None,
        federation: Federation::default(),
        shared_secret: None,
        metadata: Box::default(),
        claims_supported: Vec::new(),
        client_id,
    }
}

pub(crate) fn tenant() -> Arc<Tenant> {
    Arc::new(Tenant {
        id: TenantId::parse("t").unwrap(),
        base_url: "https://id.example".into(),
        brand: crate::brand::Brand::named("Example").unwrap(),
        subject_salt: "salt".into(),
        refresh_key: Sealed(Vec::new()),
        limits: crate::tenant::Limits::default(),
        suspended: None,
    })
}

/// A GET that carries what no expression may see beside what it may.
pub(crate) fn request() -> Request {
    let mut request = http::Request::get(
        "/application/o/authorize/?scope=openid&state=s&client_secret=hidden-1&id_token_hint=hidden-2&code=hidden-3",
    )
    .header("user-agent", "Firefox")
    .header("cookie", "latchkey_session=hidden-4")
    .header("authorization", "Basic hidden-5")
    .header("x-api-key", "hidden-6")
    .body(bytes::Bytes::new())
    .unwrap();
    request
        .extensions_mut()
        .insert(ClientAddress("203.0.113.9".into()));
    request
}

pub(crate) fn call(request: &Request) -> Call<'_> {
    Call {
        tenant: tenant(),
        now: Timestamp::from_unix(1_700_000_000),
        request_id: "r",
        route: "/application/o/authorize/",
        function: "authorize",
        slug: None,
        request,
        client: std::sync::OnceLock::new(),
    }
}
