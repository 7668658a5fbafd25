//! What an issuer starts with: a tenant, an application to try, and somebody to sign in as; and what a
//! fixture adds.

use anyhow::{Context as _, bail, ensure};
use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Secret, Slug, TenantId, UserId};
use provider::client::{Client, ClientKind, Held, SigningKey};
use provider::entropy::{Entropy, System, alphanumeric};
use provider::flow::{AUTHENTICATION, password};
use provider::tenant::{Purpose, Tenant};
use provider::user::{Subject, User};
use uuid::Uuid;

use crate::backend::Backend;
use crate::clock::now;
use crate::fixture::{self, Application, ClientType, Custody, Fixture, KeyType, Person};

/// A host name by which the laptop's tenant is found whatever port it is on.
const ALWAYS: &str = "latchkey.internal";

/// The user of the first start.
const ADMIN: &str = "admin";

/// Writes an installation.
pub struct Seed<'a> {
    backend: &'a Backend,
    tenant: TenantId,
    entropy: System,
}

/// What there is now, for the banner.
pub struct Seeded {
    /// The tenant.
    pub tenant: Tenant,
    /// The application to try first.
    pub demo: Registered,
    /// The applications of the fixture.
    pub fixture: Vec<Registered>,
    /// The password made for the first user, at the first start only.
    pub password: Option<Secret>,
}

/// An application as it was written.
pub struct Registered {
    /// Its compiled client.
    pub client: Client,
    /// The secret of a confidential client.
    pub secret: Option<Secret>,
}

impl<'a> Seed<'a> {
    /// Into this backend.
    ///
    /// # Errors
    /// Never: the tenant's name is well-formed.
    pub fn new(backend: &'a Backend) -> anyhow::Result<Self> {
        Ok(Self {
            backend,
            tenant: TenantId::parse("default")?,
            entropy: System::default(),
        })
    }

    /// Makes what is missing, and brings addresses up to date: port and public URL may change from one
    /// start to the next. `hosts` are the names it is reached by.
    ///
    /// The tenant is written last, so that a first start that was cut off is simply done again.
    ///
    /// # Errors
    /// What could not be written, and why.
    pub async fn run(
        &self,
        base_url: &str,
        hosts: &[String],
        demo_callback: &str,
        fixture: Option<&Fixture>,
    ) -> anyhow::Result<Seeded> {
        let known = self.backend.stores.tenants().by_host(ALWAYS, now()).await?;
        let first = known.is_none();
        let mut tenant = match known {
            Some(tenant) => (*tenant).clone(),
            None => self.new_tenant().await?,
        };
        base_url.clone_into(&mut tenant.base_url);
        if let Some(title) = fixture.and_then(|fixture| fixture.title.as_ref()) {
            tenant.title.clone_from(title);
        }
        let demo = self.application(&demo(demo_callback)?).await?;
        let password = if first {
            Some(self.admin().await?)
        } else {
            None
        };
        let mut registered = Vec::new();
        if let Some(fixture) = fixture {
            for person in &fixture.users {
                self.person(person).await?;
            }
            for application in &fixture.applications {
                registered.push(self.application(application).await?);
            }
        }
        let mut hosts = hosts.to_vec();
        hosts.push(ALWAYS.to_owned());
        self.backend
            .stores
            .registry()
            .put_tenant(&tenant, &hosts)
            .await?;
        Ok(Seeded {
            tenant,
            demo,
            fixture: registered,
            password,
        })
    }

    async fn new_tenant(&self) -> anyhow::Result<Tenant> {
        let mut key = [0; 32];
        self.entropy.fill(&mut key);
        let custody = self.backend.keys.custody();
        Ok(Tenant {
            id: self.tenant.clone(),
            base_url: String::new(),
            title: "Latchkey".to_owned(),
            subject_salt: Uuid::new_v4().to_string(),
            refresh_key: custody
                .seal(&self.tenant, Purpose::RefreshTokens, &key)
                .await?,
            authentication_flow: Slug::parse(AUTHENTICATION.slug)?,
        })
    }

    /// The first user, with a password that is told once.
    async fn admin(&self) -> anyhow::Result<Secret> {
        let password = Secret::new(alphanumeric(&self.entropy, 20));
        self.person(&Person {
            username: ADMIN.to_owned(),
            name: "Administrator".to_owned(),
            email: "admin@example.com".to_owned(),
            email_verified: true,
            password: Some(password.expose().to_owned()),
            groups: vec!["admins".to_owned()],
            is_active: true,
        })
        .await?;
        Ok(password)
    }

    /// Writes a user, or brings one up to date.
    async fn person(&self, person: &Person) -> anyhow::Result<()> {
        let stores = &self.backend.stores;
        let previous = stores
            .users()
            .by_login(&self.tenant, &person.username)
            .await?;
        let (id, pk, version, kept) = if let Some(user) = &previous {
            let subject = &user.subject;
            (
                subject.id,
                subject.pk,
                subject.version + 1,
                user.password.clone(),
            )
        } else {
            let pk = stores.registry().next_user_pk(&self.tenant).await?;
            (UserId(Uuid::new_v4()), pk, 1, None)
        };
        let password = match &person.password {
            Some(password) => Some(password::hash(
                &Secret::new(password.as_str()),
                &self.entropy,
            )?),
            None => kept,
        };
        let user = User {
            subject: Subject {
                id,
                pk,
                version,
                username: person.username.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
                email_verified: person.email_verified,
                groups: person.groups.clone(),
            },
            active: person.is_active,
            password,
        };
        let written = stores
            .registry()
            .put_user(&self.tenant, &user, previous.as_ref())
            .await?;
        ensure!(
            written,
            "the user name or e-mail address of {} belongs to somebody else",
            person.username
        );
        Ok(())
    }

    /// Writes an application, or brings one up to date. Its key stays the same, and so does a secret that
    /// was made and not given.
    async fn application(&self, application: &Application) -> anyhow::Result<Registered> {
        let provider = &application.provider;
        let slug = &application.slug;
        let client_id = provider.client_id(slug)?;
        let previous = self
            .backend
            .stores
            .clients()
            .by_id(&self.tenant, &client_id, now())
            .await?;
        let signing_key = self
            .signing_key(provider.signing_key, previous.as_deref())
            .await?;
        let secret = self.secret(provider, &client_id).await?;
        let kind = match &secret {
            Some(secret) => ClientKind::Confidential {
                secret: Digest::of(secret.expose().as_bytes()),
            },
            None => ClientKind::Public,
        };
        let client = Client {
            client_id,
            kind,
            slug: slug.clone(),
            name: application.name.clone().unwrap_or_else(|| slug.to_string()),
            redirect_uris: provider.redirect_uris.clone(),
            post_logout_redirect_uris: provider.post_logout_redirect_uris.clone(),
            scopes: provider.scopes.clone(),
            consent: provider.consent_mode(),
            authentication_flow: None,
            code_lifetime: provider.access_code_validity,
            access_lifetime: provider.access_token_validity,
            refresh_lifetime: provider.refresh_token_validity,
            refresh_grace: provider.refresh_token_grace,
            include_claims_in_id_token: provider.include_claims_in_id_token,
            signing_key,
        };
        self.write(&client, secret.as_ref()).await?;
        Ok(Registered { client, secret })
    }

    async fn write(&self, client: &Client, secret: Option<&Secret>) -> anyhow::Result<()> {
        let sealed = match secret {
            Some(secret) => {
                let purpose = Purpose::ClientSecret(client.client_id.as_str());
                let custody = self.backend.keys.custody();
                Some(
                    custody
                        .seal(&self.tenant, purpose, secret.expose().as_bytes())
                        .await?,
                )
            }
            None => None,
        };
        let registry = self.backend.stores.registry();
        if !registry
            .put_client(&self.tenant, client, sealed.as_ref())
            .await?
        {
            bail!("the slug {} belongs to another client already", client.slug);
        }
        Ok(())
    }

    /// The secret given, else the one it has, else a new one; none for a public client.
    async fn secret(
        &self,
        provider: &fixture::Provider,
        id: &ClientId,
    ) -> anyhow::Result<Option<Secret>> {
        if provider.client_type == ClientType::Public {
            return Ok(None);
        }
        if let Some(given) = &provider.client_secret {
            return Ok(Some(Secret::new(given.as_str())));
        }
        let registry = self.backend.stores.registry();
        let Some(sealed) = registry.client_secret(&self.tenant, id).await? else {
            return Ok(Some(Secret::new(alphanumeric(&self.entropy, 64))));
        };
        let purpose = Purpose::ClientSecret(id.as_str());
        let plain = self
            .backend
            .keys
            .vault()
            .open(&self.tenant, purpose, &sealed)
            .await?;
        let text = str::from_utf8(&plain).context("a stored client secret is not text")?;
        Ok(Some(Secret::new(text)))
    }

    async fn signing_key(
        &self,
        wanted: fixture::SigningKey,
        previous: Option<&Client>,
    ) -> anyhow::Result<SigningKey> {
        let algorithm = match wanted.algorithm {
            KeyType::Rs256 => protocol::jose::Algorithm::Rs256,
            KeyType::Es256 => protocol::jose::Algorithm::Es256,
        };
        if let Some(key) = previous.map(|client| &client.signing_key) {
            let same_custody = matches!(
                (&key.held, wanted.custody),
                (Held::Direct { .. }, Custody::Direct) | (Held::Envelope { .. }, Custody::Envelope)
            );
            if same_custody && key.public.algorithm() == algorithm {
                return Ok(key.clone());
            }
        }
        let custody = self.backend.keys.custody();
        Ok(match wanted.custody {
            Custody::Direct => custody.create_direct(&self.tenant, algorithm).await?,
            Custody::Envelope => custody.create_envelope(&self.tenant, algorithm).await?,
        })
    }
}

/// The application to try first; its callback is a page of the laptop's own.
fn demo(callback: &str) -> anyhow::Result<Application> {
    let home = callback.replace("/demo/callback", "/demo/signed-out");
    let text = format!(
        "slug: demo\nname: Demo\nprovider:\n  redirect_uris: [\"{callback}\"]\n  \
         post_logout_redirect_uris: [\"{home}\"]\n"
    );
    let demo: Application = serde_norway::from_str(&text).context("the demo application")?;
    ensure!(
        RedirectUri::parse(callback).is_ok(),
        "{callback} is no redirect URI"
    );
    Ok(demo)
}
