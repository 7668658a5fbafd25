//! Assertions: JWTs that stand for a program, signed by an issuer elsewhere or by another client of the tenant
//! (RFC 7521, RFC 7523; reference §3.5).
//!
//! As authentik has it, an assertion says who the *subject* is. It does not authenticate the client, which is
//! only named by `client_id`; that the client trusts the issuer is its configuration ([`Federation`]).

mod claims;
mod discovery;
mod fault;
mod rules;

use std::sync::Arc;

use protocol::introspect::claims_of_ours;
use protocol::{ClientId, Digest, GrantId, Secret, Timestamp};
use serde_json::Value;

use crate::bearer::{Bearer, Bearers};
use crate::claims::Claims;
use crate::client::{Client, JwtKeys, JwtSource};
use crate::fault::Fault;
use crate::flow::proof::Strength;
use crate::grant::{Terms, TokenRecord};
use crate::http::Call;
use crate::jwt::{self, KeySet, KeySets, Unverified};
use crate::ports::{Fetcher, Spent};
use crate::session::SessionId;
use crate::user::User;

use discovery::Discoveries;
pub use fault::AssertionFault;
pub use rules::{LONGEST_PATTERN, MOST_PATTERNS, Rules, is_pattern};

/// The one `client_assertion_type` there is (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Checks assertions.
pub struct Assertions {
    bearers: Bearers,
    key_sets: KeySets,
    discoveries: Discoveries,
}

/// An assertion that holds.
pub enum Vouched {
    /// A trusted source signed it.
    BySource(Box<BySource>),
    /// It is an access token of a trusted client of this tenant.
    ByProvider(Box<ByProvider>),
}

/// What a source said.
pub struct BySource {
    /// Which source.
    pub source: JwtSource,
    /// `sub` (RFC 7523 §3, item 2).
    pub subject: String,
    /// `exp` (item 4).
    pub expires: Timestamp,
    /// All its claims.
    pub claims: Claims,
    /// What is to be spent, where it may be used once only.
    pub once: Option<Spent>,
}

/// Whose access token it was.
pub struct ByProvider {
    /// Issued to this client.
    pub client_id: ClientId,
    /// On behalf of this user, active now.
    pub user: User,
    /// What it ends with, and with it what is got for it.
    pub inherited: Inherited,
    /// Who acts by it, and for whose tokens it was got: what is got for it has the same ([`Terms::behind`]).
    pub behind: Terms,
    /// All its claims; none where it is encrypted to the client.
    pub claims: Claims,
}

/// What is got for an access token has it from that. Else one that is about to end could be turned into another that does not, and that
/// one again.
#[derive(Clone, Copy)]
pub struct Inherited {
    /// The grant that it ends with (RFC 9700 §4.14.2).
    pub grant: Option<GrantId>,
    /// The session that it ends with.
    pub session: Option<SessionId>,
    /// When it ends.
    pub expires: Timestamp,
    /// When its person signed in (RFC 9470), and how well.
    pub signed_in: (Timestamp, Strength),
}

impl Inherited {
    /// From the record of the token.
    pub fn of(record: &TokenRecord) -> Self {
        Self {
            grant: record.grant,
            session: record.session,
            expires: record.expires,
            signed_in: record.signed_in(),
        }
    }
}

impl Assertions {
    /// Over these means.
    pub fn new(bearers: Bearers, fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            bearers,
            key_sets: KeySets::new(Arc::clone(&fetcher)),
            discoveries: Discoveries::new(fetcher),
        }
    }

    /// Checks an assertion for this client. Nothing is spent by it.
    ///
    /// # Errors
    /// [`AssertionFault`] with the check that failed.
    pub async fn check(
        &self,
        call: &Call<'_>,
        client: &Client,
        assertion: &Secret,
    ) -> Result<Vouched, Fault> {
        let federation = &client.federation;
        if federation.sources.is_empty() && federation.providers.is_empty() {
            return Err(AssertionFault::NotFederated.into());
        }
        if assertion.expose().len() > jwt::LARGEST {
            return Err(AssertionFault::TooLarge.into());
        }
        if !federation.providers.is_empty()
            && let Some(vouched) = self.by_provider(call, client, assertion).await?
        {
            return Ok(Vouched::ByProvider(Box::new(vouched)));
        }
        if federation.sources.is_empty() {
            return Err(AssertionFault::NoLiveToken.into());
        }
        let jwt = Unverified::parse(assertion.expose()).map_err(AssertionFault::from)?;
        if is_of_another_kind(&jwt) {
            return Err(AssertionFault::OtherKind.into());
        }
        let mut why = None;
        for source in &federation.sources {
            match self.by_source(call, client, source, &jwt).await {
                Ok(vouched) => return Ok(Vouched::BySource(Box::new(vouched))),
                Err(fault) => why = why.max(Some(fault)), // the source that came furthest says why
            }
        }
        Err(why.unwrap_or(AssertionFault::NotFederated).into())
    }

    /// An access token is found by its digest, so that it is known to be ours, whole and unchanged, without a
    /// look at its signature; and it must still work, with all that stands behind it.
    async fn by_provider(
        &self,
        call: &Call<'_>,
        client: &Client,
        assertion: &Secret,
    ) -> Result<Option<ByProvider>, Fault> {
        let found = self.bearers.check(call, assertion).await;
        // The check has written the other client's name where the log has this one's.
        tracing::Span::current().record("client.id", client.client_id.as_str());
        let bearer = match found {
            Ok(bearer) => bearer,
            Err(Fault::Bearer(_)) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        // RFC 9068 §4: a resource that is sent a token must not come in with it here.
        if !bearer.is_for(client.client_id.as_str()) {
            return Err(AssertionFault::OtherResource.into());
        }
        let Bearer { record, user, .. } = bearer;
        if !client.federation.providers.contains(&record.client_id) {
            return Err(AssertionFault::OtherProvider.into());
        }
        Ok(Some(ByProvider {
            behind: Terms::behind(&record, &client.client_id),
            inherited: Inherited::of(&record),
            client_id: record.client_id,
            user,
            claims: claims_of_ours(assertion).unwrap_or_default(),
        }))
    }

    async fn by_source(
        &self,
        call: &Call<'_>,
        client: &Client,
        source: &JwtSource,
        jwt: &Unverified<'_>,
    ) -> Result<BySource, AssertionFault> {
        if !may_be_of(jwt, source) {
            return Err(AssertionFault::Issuer); // and no key of that source is asked for
        }
        let keys = self.keys_of(source, jwt.kid(), call.now).await?;
        let claims = jwt.verified(&keys)?;
        let held = claims::check(&claims, &expected(call, client, source))?;
        source.rules.admit(&held.subject, &claims)?; // item 2: for whom it vouches at all
        Ok(BySource {
            source: source.clone(),
            once: (!source.reusable).then(|| Spent {
                id: name(source, &claims, jwt),
                until: held.expires,
            }),
            subject: held.subject,
            expires: held.expires,
            claims,
        })
    }

    async fn keys_of(
        &self,
        source: &JwtSource,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, AssertionFault> {
        match &source.keys {
            JwtKeys::Inline(set) => Ok(KeySet::read(set).map(Arc::new)?),
            JwtKeys::Url(url) => Ok(self.key_sets.get(url, kid, now).await?),
            JwtKeys::Discovered(issuer) => {
                let url = self.discoveries.keys_of(issuer, now).await?;
                Ok(self.key_sets.get(&url, kid, now).await?)
            }
        }
    }
}

/// RFC 8725 §3.11, §3.12: what was signed to be something else is no assertion, such as a logout token, which has `events`
/// (Back-Channel Logout §2.4). Assertions have no `typ` or a general one, an identity of SPIFFE's `JOSE`.
fn is_of_another_kind(jwt: &Unverified<'_>) -> bool {
    let known = ["JWT", "JOSE", "at+jwt", "authorization-grant+jwt"];
    let fits = jwt.header().typ.is_none() || known.iter().any(|kind| jwt.is_typed(kind));
    !fits || jwt.claims().contains_key("events")
}

/// Whether it says that this source issued it. That decides whose keys are tried, and no more.
fn may_be_of(jwt: &Unverified<'_>, source: &JwtSource) -> bool {
    let said = jwt.claims().get("iss").and_then(Value::as_str);
    let issuer = source.issuer.as_deref();
    issuer.is_none_or(|issuer| said == Some(issuer))
}

/// RFC 7523 §3, item 3: the audience is this server. Its issuer, its token endpoint and, as authentik's clients
/// have it, the client's own id say so, and whatever the source is known to say.
fn expected<'a>(call: &Call<'_>, client: &Client, source: &'a JwtSource) -> claims::Expected<'a> {
    let endpoint = format!("{}/application/o/token", call.tenant.base_url);
    let mut audiences = vec![
        client.issuer(&call.tenant),
        format!("{endpoint}/"),
        endpoint,
        client.client_id.as_str().to_owned(),
    ];
    audiences.extend(source.audiences.iter().cloned());
    claims::Expected {
        issuer: source.issuer.as_deref(),
        audiences,
        now: call.now,
    }
}

/// What a use of the assertion is remembered by: its `jti` (RFC 7519 §4.1.7: unique to its issuer), or else all
/// that was signed. The signature is not part of it, as some can be written in more than one way.
fn name(source: &JwtSource, claims: &Claims, jwt: &Unverified<'_>) -> Digest {
    let part = |name: &str| claims.get(name).and_then(Value::as_str);
    let (kind, id) = match part("jti") {
        Some(jti) => ("jti", jti),
        None => ("jws", jwt.signed()),
    };
    let issuer = part("iss").unwrap_or_default();
    // As a list: no two lists of texts are written alike.
    let parts = [kind, source.slug.as_str(), issuer, id];
    Digest::of(serde_json::json!(parts).to_string().as_bytes())
}
