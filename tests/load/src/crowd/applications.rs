//! Providers, applications, mappings, policies and bindings: as documents, compiled when all are there.

use anyhow::{Context as _, ensure};
use local::backend::Backend;
use protocol::{ClientId, Digest, Scope, Slug, TenantId};
use provider::client::{MatchingMode, RedirectRule};
use provider::config::{
    Application, Bound, Config, Mapping, Object, PolicyBinding, Provider, SharedSecret,
};
use provider::flow::{EXPLICIT_CONSENT, PROVIDER_INVALIDATION};
use provider::group::Group;
use provider::mapping::ScopeMapping;
use provider::policy::ExpressionPolicy;
use provider::ports::{Commit, Committed, DocumentEdit, MOST_ITEMS};
use provider::tenant::Purpose;
use provider::user::User;
use uuid::Uuid;

use super::{FIRST_PK, configuration, each};

/// How many mappings, and how many policies, there are for so many providers.
const SHARED_BY: u64 = 50;

const MAPPING: &str = "attributes = request.user.attributes\n\
    return {\"employee\": attributes.get(\"employee_number\"), \"title\": attributes.get(\"title\")}";

const POLICY: &str =
    "return request.user.attributes.get(\"settings\", {}).get(\"locale\") == \"en\"";

/// Where applications are made, and for whom.
pub(super) struct Filling<'a> {
    pub(super) backend: &'a Backend,
    pub(super) tenant: &'a TenantId,
    pub(super) groups: &'a [Group],
    pub(super) people: &'a [User],
}

/// What all providers share.
struct Shared {
    shipped: Vec<Uuid>,
    own: Vec<Mapping>,
    policies: Vec<ExpressionPolicy>,
    signing_key: Option<Uuid>,
}

impl Filling<'_> {
    /// Makes so many; answers with their numbers, a mapping that they all have, and the flows of another.
    pub(super) async fn run(&self, count: u64) -> anyhow::Result<(Vec<u64>, Uuid, [Uuid; 2])> {
        let configuration = configuration(self.backend);
        let (_, config) = configuration.read(self.tenant).await?;
        let shared = shared(&config, count.div_ceil(SHARED_BY))?;
        let own = shared.own.iter().cloned().map(Object::from);
        let mut objects: Vec<Object> = own.collect();
        objects.extend(shared.policies.iter().cloned().map(Object::from));
        let shared = &shared;
        let made = each(count, |number| self.one(number, shared)).await?;
        objects.extend(made.into_iter().flatten());
        self.write(&objects).await?;
        configuration.refresh(self.tenant).await?;
        let mapping = shared.shipped.first().copied().context("a mapping")?;
        let numbers = (0..count).map(|number| FIRST_PK + number).collect();
        let flow = |slug| -> anyhow::Result<Uuid> {
            let found = config.flow_named(&Slug::parse(slug)?);
            Ok(found.context("a shipped flow")?.id)
        };
        let flows = [flow(EXPLICIT_CONSENT)?, flow(PROVIDER_INVALIDATION)?];
        Ok((numbers, mapping, flows))
    }

    /// A provider, its application and what is bound to that.
    async fn one(&self, number: u64, shared: &Shared) -> anyhow::Result<Vec<Object>> {
        let provider = self.provider(number, shared).await?;
        let mut application = Application::new(
            Uuid::new_v4(),
            Slug::parse(&format!("application-{number}"))?,
            format!("Application {number:04}"),
        );
        application.provider = Some(provider.pk);
        application.group = format!("Section {}", number % 12);
        "What the people of that section open in the morning."
            .clone_into(&mut application.meta_description);
        let bound = match number % 4 {
            0 => None,
            1 => pick(self.groups, number).map(|group| Bound::Group(group.id)),
            2 => pick(&shared.policies, number).map(|policy| Bound::Policy(policy.id)),
            _ => pick(self.people, number).map(|person| Bound::User(person.subject.id)),
        };
        let binding = bound.map(|bound| PolicyBinding {
            id: Uuid::new_v4(),
            target: application.id,
            bound,
            order: 0,
            enabled: true,
            negate: false,
            timeout: 30,
            failure_result: false,
        });
        let both = [Object::from(provider), application.into()];
        Ok(both.into_iter().chain(binding.map(Object::from)).collect())
    }

    async fn provider(&self, number: u64, shared: &Shared) -> anyhow::Result<Provider> {
        let client_id = ClientId::parse(&format!("client-of-application-{number:04}"))?;
        let secret = format!("a secret of the length that is usual: {number:026}");
        let purpose = Purpose::ClientSecret(client_id.as_str());
        let custody = self.backend.keys.custody();
        let sealed = custody.seal(self.tenant, purpose, secret.as_bytes());
        let client_secret = SharedSecret {
            digest: Digest::of(secret.as_bytes()),
            client_id: client_id.clone(),
            sealed: sealed.await?,
        };
        let uri = |host: &str| RedirectRule {
            matching_mode: MatchingMode::Strict,
            url: format!("https://{host}-{number}.apps.example.com/oauth2/callback"),
        };
        let own = pick(&shared.own, number).map(|mapping| mapping.mapping.id);
        let flow = Slug::parse(EXPLICIT_CONSENT)?;
        Ok(Provider {
            client_secret: Some(client_secret),
            property_mappings: shared.shipped.iter().copied().chain(own).collect(),
            redirect_uris: vec![uri("app"), uri("staging")],
            signing_key: shared.signing_key,
            ..Provider::new(
                FIRST_PK + number,
                format!("Provider {number:04}"),
                client_id,
                flow,
            )
        })
    }

    /// In as few transactions as they fit.
    async fn write(&self, objects: &[Object]) -> anyhow::Result<()> {
        let store = self.backend.stores.config();
        let mut left = objects.iter().peekable();
        while left.peek().is_some() {
            let mut commit = Commit {
                revision: store.revision(self.tenant).await?,
                documents: Vec::new(),
                clients: Vec::new(),
                flows: Vec::new(),
                repair: None,
                events: Vec::new(),
            };
            while let Some(object) = left.next_if(|_| commit.items() + 4 <= MOST_ITEMS) {
                let (document, previous) = (object.document(1)?, None);
                commit
                    .documents
                    .push(DocumentEdit::Put { document, previous });
            }
            let done = store.commit(self.tenant, &commit).await?;
            ensure!(
                done == Committed::Done,
                "somebody else changes configuration"
            );
        }
        Ok(())
    }
}

fn shared(config: &Config, count: u64) -> anyhow::Result<Shared> {
    let scope = Scope::parse("employee")?;
    let mapping = |number| Mapping {
        mapping: ScopeMapping {
            id: Uuid::new_v4(),
            name: format!("Employee, as section {number} wants it"),
            scope: scope.clone(),
            description: "Your employee number".to_owned(),
            expression: format!("# for section {number}\n{MAPPING}"),
            managed: None,
        },
        claims: vec!["employee".to_owned(), "title".to_owned()],
    };
    let policy = |number| ExpressionPolicy {
        id: Uuid::new_v4(),
        name: format!("speaks-english-{number}"),
        expression: format!("# for section {number}\n{POLICY}"),
        execution_logging: false,
    };
    let shipped = ["openid", "profile", "email", "offline_access"].map(|scope| {
        let found = config
            .mappings()
            .find(|it| it.mapping.scope.as_str() == scope);
        found.map(|it| it.mapping.id).context("a shipped mapping")
    });
    Ok(Shared {
        shipped: shipped.into_iter().collect::<anyhow::Result<_>>()?,
        own: (0..count).map(mapping).collect(),
        policies: (0..count).map(policy).collect(),
        signing_key: config.keys().next().map(|key| key.id),
    })
}

fn pick<T>(of: &[T], number: u64) -> Option<&T> {
    of.get(usize::try_from(number).ok()?.checked_rem(of.len())?)
}
