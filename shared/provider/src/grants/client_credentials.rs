//! Client credentials, `password` as authentik has it, and JWTs as grants (RFC 6749 §4.4, RFC 7523; reference §3.5):
//! tokens for programs, without a person at hand.

mod app_password;
mod fault;

use std::sync::Arc;

use protocol::token::{Flavour, MachineRequest};
use protocol::{Scopes, Secret};
use serde_json::{Map, Value, json};

use crate::bearer::Bearers;
use crate::claims::{About, Claims};
use crate::client::{AuthMethod, Client, ClientKind};
use crate::clients::Claim;
use crate::event::{Action, Event};
use crate::fault::{ClientFault, Fault, GrantFault};
use crate::federation::{AssertionFault, Assertions, BySource, Inherited, JWT_BEARER, Vouched};
use crate::flow::proof::Strength;
use crate::grant::{Confirmation, Terms};
use crate::grants::token_exchange::acting;
use crate::grants::{ATTEMPTS, Issued, Workshop};
use crate::http::Call;
use crate::issuer::{Minted, Order};
use crate::policies::Ruling;
use crate::ports::{Fetcher, MachineStore, PortError, Spending, Spent, UserStore, UserTokenStore};
use crate::service_account::{ServiceAccounts, Wanted};
use crate::user::User;

use app_password::AppPasswords;
pub use fault::MachineFault;

/// What this grant needs beside the workshop.
#[derive(Clone)]
pub struct Machines {
    /// Accounts of programs.
    pub accounts: Arc<dyn MachineStore>,
    /// People by name.
    pub users: Arc<dyn UserStore>,
    /// App passwords.
    pub user_tokens: Arc<dyn UserTokenStore>,
    /// Access tokens that are used as assertions.
    pub bearers: Bearers,
    /// Fetches the keys of sources.
    pub fetcher: Arc<dyn Fetcher>,
}

/// Gives tokens to programs.
pub struct ClientCredentials {
    workshop: Workshop,
    store: Arc<dyn MachineStore>,
    accounts: ServiceAccounts,
    app_passwords: AppPasswords,
    assertions: Assertions,
}

/// A request on its way: by whom, for what.
struct Asked<'a> {
    call: &'a Call<'a>,
    client: &'a Client,
    request: &'a MachineRequest,
    scopes: Scopes,
    terms: Terms,
    key: Option<&'a Confirmation>,
}

/// Who is to get the tokens.
struct Bearer {
    user: Arc<User>,
    standing: Standing,
    /// What the tokens have of an access token that was shown for them.
    inherited: Option<Inherited>,
    /// Who acted by that token, and for whose it was got.
    behind: Terms,
    /// The assertion's claims, which policies may see.
    jwt: Option<Claims>,
    /// What is spent by the tokens.
    once: Option<Spent>,
    /// How they showed it, for the record: authentik's `auth_method` with what belongs to it.
    method: (&'static str, Value),
}

/// Where the user comes from, and so how they are read again.
enum Standing {
    /// An account that is ours to make.
    Account(Wanted),
    /// The same, but policies have judged the assertion before there was a user (reference §3.5).
    Judged(Wanted),
    /// A user who was there.
    Person,
}

impl ClientCredentials {
    /// With these means.
    pub fn new(workshop: Workshop, machines: Machines) -> Self {
        Self {
            accounts: ServiceAccounts::new(
                Arc::clone(&machines.accounts),
                Arc::clone(&workshop.entropy),
            ),
            store: machines.accounts,
            app_passwords: AppPasswords::new(machines.users, machines.user_tokens),
            assertions: Assertions::new(machines.bearers, machines.fetcher),
            workshop,
        }
    }

    /// Finds out who asks, asks the policies, signs, and then records the tokens. There is never a refresh token
    /// (RFC 6749 §4.4.3), and without `scope` no scope: not all, as for people (reference §3.5).
    ///
    /// # Errors
    /// [`MachineFault`] and [`AssertionFault`], of which the caller learns no more than `invalid_grant`.
    pub async fn issue(
        &self,
        call: &Call<'_>,
        claim: &Claim,
        request: &MachineRequest,
    ) -> Result<Issued, Fault> {
        let client = claim.client();
        let mut asked = Asked {
            call,
            client,
            request,
            scopes: request.scopes.intersect(&client.scopes),
            terms: Terms::of_resources(&client.metadata, &request.resources)?,
            key: claim.key(),
        };
        let mut bearer = self.bearer(&asked, claim).await?;
        asked.terms.actor = bearer.behind.actor.take();
        asked.terms.through = std::mem::take(&mut bearer.behind.through);
        for _ in 0..ATTEMPTS {
            if !matches!(bearer.standing, Standing::Judged(_)) {
                let user = Some(&*bearer.user);
                self.admit(&asked, user, bearer.jwt.as_ref()).await?;
            }
            let minted = self.mint(&asked, &bearer).await?;
            match self.record(&asked, &bearer, &minted).await? {
                Spending::Done => {
                    return Ok(Issued {
                        minted,
                        scopes: asked.scopes,
                        refresh_token: None,
                    });
                }
                Spending::Replay => return self.replayed(&asked, &bearer).await,
                Spending::UserChanged => bearer.user = self.reread(call, &bearer).await?,
            }
        }
        Err(PortError::Contended("the user keeps changing".to_owned()).into())
    }

    /// Reference §3.5: the first flavour that is there counts.
    async fn bearer(&self, asked: &Asked<'_>, claim: &Claim) -> Result<Bearer, Fault> {
        match &asked.request.flavour {
            // The client itself signed it: it authenticated so (RFC 7523 §2.2).
            Flavour::Assertion { .. } if claim.authenticated_by().is_some() => {
                self.own(asked, claim).await
            }
            Flavour::Assertion { kind, assertion } => {
                if kind != JWT_BEARER {
                    return Err(AssertionFault::Type.into());
                }
                let vouched = self
                    .assertions
                    .check(asked.call, asked.client, assertion)
                    .await?;
                self.vouched(asked, vouched).await
            }
            Flavour::Grant { assertion } => {
                let vouched = self
                    .assertions
                    .check(asked.call, asked.client, assertion)
                    .await?;
                self.vouched(asked, vouched).await
            }
            Flavour::AppPassword { username, password } => {
                self.app_passwords
                    .bearer(asked.call, username, password)
                    .await
            }
            Flavour::Secret if claim.authenticated_by().is_some() => self.own(asked, claim).await,
            Flavour::Secret => {
                let pair = claim.secrets().iter().find_map(app_password::pair);
                let Some((username, password)) = pair else {
                    return Err(no_secret(claim).into());
                };
                self.app_passwords
                    .bearer(asked.call, &username, &password)
                    .await
            }
        }
    }

    /// The client by its secret, key or certificate: its own account.
    async fn own(&self, asked: &Asked<'_>, claim: &Claim) -> Result<Bearer, Fault> {
        let wanted = Wanted::of_client(asked.client);
        Ok(Bearer {
            user: self.accounts.get(asked.call, &wanted).await?,
            standing: Standing::Account(wanted),
            inherited: None,
            behind: Terms::default(),
            jwt: None,
            once: None,
            method: (shown(claim), json!({})),
        })
    }

    async fn vouched(&self, asked: &Asked<'_>, vouched: Vouched) -> Result<Bearer, Fault> {
        match vouched {
            Vouched::BySource(by) => self.by_source(asked, *by).await,
            Vouched::ByProvider(by) => Ok(Bearer {
                user: Arc::new(by.user),
                standing: Standing::Person,
                inherited: Some(by.inherited),
                behind: by.behind,
                once: None,
                method: (
                    "jwt",
                    json!({"jwt": by.claims, "provider": by.client_id.as_str()}),
                ),
                jwt: Some(by.claims),
            }),
        }
    }

    /// Policies run before there is an account, and see nobody but the assertion (reference §3.5).
    async fn by_source(&self, asked: &Asked<'_>, by: BySource) -> Result<Bearer, Fault> {
        self.admit(asked, None, Some(&by.claims)).await?;
        let wanted = Wanted::of_assertion(asked.client, &by);
        Ok(Bearer {
            user: self.accounts.get(asked.call, &wanted).await?,
            standing: Standing::Judged(wanted),
            inherited: None,
            behind: Terms::default(),
            once: by.once,
            method: (
                "jwt",
                json!({"jwt": by.claims, "source": by.source.slug.as_str()}),
            ),
            jwt: None,
        })
    }

    async fn reread(&self, call: &Call<'_>, bearer: &Bearer) -> Result<Arc<User>, Fault> {
        match &bearer.standing {
            Standing::Account(wanted) | Standing::Judged(wanted) => {
                self.accounts.reread(call, wanted).await
            }
            Standing::Person => {
                let before = &bearer.user.subject;
                let user = self
                    .workshop
                    .reread_user(&call.tenant.id, before.id)
                    .await?;
                if user.subject.generation != before.generation {
                    // What they showed was taken back in between, and may not be good any more.
                    return Err(GrantFault::Revoked.into());
                }
                Ok(Arc::new(user))
            }
        }
    }

    /// The application's policies (reference §9.2). What they have to say to a person, nobody is there to read.
    async fn admit(
        &self,
        asked: &Asked<'_>,
        user: Option<&User>,
        jwt: Option<&Claims>,
    ) -> Result<(), Fault> {
        let context = asked.context(jwt);
        let policies = &self.workshop.policies;
        match policies
            .decide(asked.call, asked.client, user, context)
            .await?
        {
            Ruling::Pass => Ok(()),
            Ruling::Denied { .. } => Err(MachineFault::Policy.into()),
        }
    }

    /// Both tokens, signed side by side. Where nobody signed in, the time of authentication is now, and there is no
    /// `amr` (reference §4.1). Authentik gives an ID token here too, and clients have come to rely on it
    /// (reference §11, row 1).
    async fn mint(&self, asked: &Asked<'_>, bearer: &Bearer) -> Result<Minted, PortError> {
        let user = &bearer.user;
        let Asked { call, scopes, .. } = asked;
        let inherited = bearer.inherited.as_ref();
        let short_lived = inherited.map(|it| asked.client.ending_by(it.expires, call.now));
        let client = short_lived.as_ref().unwrap_or(asked.client);
        let mapped = self
            .workshop
            .mapped_for(call, client, scopes, About::User(user))
            .await?;
        let acting = acting(&asked.terms);
        let (auth_time, strength) =
            inherited.map_or((call.now, Strength::default()), |it| it.signed_in);
        let order = Order {
            tenant: &call.tenant,
            client,
            subject: &user.subject,
            grant: inherited.and_then(|it| it.grant),
            session: inherited.and_then(|it| it.session),
            given_in: None,
            scopes,
            auth_time,
            amr: &[],
            strength,
            nonce: None,
            terms: &asked.terms,
            key: asked.key,
            mapped: &mapped,
            asked: acting.as_ref(),
            alone: false,
            now: call.now,
        };
        self.workshop.issuer.mint_unbound(&order).await
    }

    async fn record(
        &self,
        asked: &Asked<'_>,
        bearer: &Bearer,
        minted: &Minted,
    ) -> Result<Spending, PortError> {
        let tenant = &asked.call.tenant.id;
        let event = self.event(asked, bearer, Action::Login);
        let written = (&minted.record, &bearer.user.subject);
        let (at, once) = ((tenant, asked.call.now), bearer.once.as_ref());
        let store = &*self.store;
        self.workshop.spend(store, at, written, once, &event).await
    }

    /// RFC 7523 §3, item 7.
    async fn replayed(&self, asked: &Asked<'_>, bearer: &Bearer) -> Result<Issued, Fault> {
        let event = self
            .event(asked, bearer, Action::SuspiciousRequest)
            .with("message", "An assertion was used again");
        self.workshop.record(&asked.call.tenant.id, event).await;
        Err(AssertionFault::Replayed.into())
    }

    fn event(&self, asked: &Asked<'_>, bearer: &Bearer, action: Action) -> Event {
        let (method, facts) = &bearer.method;
        asked
            .call
            .event(action, &*self.workshop.entropy)
            .about(&bearer.user.subject)
            .for_client(&asked.client.client_id)
            .with("auth_method", *method)
            .with("auth_method_args", facts.clone())
    }
}

impl Asked<'_> {
    /// What policies see of the request (reference §9.2).
    fn context(&self, jwt: Option<&Claims>) -> Map<String, Value> {
        let mut context = Map::new();
        let mut put = |name: &str, value: Value| context.insert(name.to_owned(), value);
        put("oauth_scopes", json!(self.scopes));
        put("oauth_grant_type", self.request.grant.as_str().into());
        let verifier = self.request.verifier.as_ref();
        put("oauth_code_verifier", verifier.map(Secret::expose).into());
        if let Some(jwt) = jwt {
            put("oauth_jwt", Value::Object(jwt.clone()));
        }
        context
    }
}

/// How a client showed who it is: authentik's word for a secret, and two like it.
fn shown(claim: &Claim) -> &'static str {
    match claim.authenticated_by() {
        Some(AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) => "oauth_client_assertion",
        Some(AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth) => {
            "oauth_client_certificate"
        }
        Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::None)
        | None => "oauth_client_secret",
    }
}

/// What is wrong where neither the client's secret nor anything in its place came (RFC 6749 §5.2).
fn no_secret(claim: &Claim) -> ClientFault {
    match claim.client().kind {
        ClientKind::Public => ClientFault::Public,
        ClientKind::Confidential { .. } if claim.secrets().is_empty() => {
            ClientFault::SecretRequired
        }
        ClientKind::Confidential { .. } => ClientFault::WrongSecret,
    }
}
