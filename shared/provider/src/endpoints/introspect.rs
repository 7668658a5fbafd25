//! `POST /application/o/introspect/`: the introspection endpoint (RFC 7662, RFC 9701).

mod signed;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::introspect::{IntrospectRequest, claims_of_ours};
use protocol::{ClientId, GrantId, Params, Scopes, Secret, Timestamp};
use serde_json::{Value, json};

use crate::bearer::{Bearer, Bearers};
use crate::claims::{self, Claims};
use crate::client::{AuthMethod, Client};
use crate::clients::Authentication;
use crate::fault::{BearerFault, ClientFault, Fault};
use crate::flow::proof::Strength;
use crate::grant::{Grant, State};
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::issuer::bounds;
use crate::ports::{GrantStore, PortError, SubjectStore, Vault};
use crate::refresh::{RefreshTokens, Standing};
use crate::response::Sealing;
use crate::tenant::Purpose;
use crate::user::Subject;

/// The introspection endpoint.
pub struct Introspect {
    authentication: Authentication,
    bearers: Bearers,
    grants: Arc<dyn GrantStore>,
    subjects: Arc<dyn SubjectStore>,
    vault: Arc<dyn Vault>,
    sealing: Sealing,
}

/// What is told of an active token beside its claims (§2.2).
struct Facts<'a> {
    client: &'a Client,
    subject: &'a Subject,
    scopes: &'a Scopes,
    /// RFC 9470 §6.2.
    auth_time: Option<Timestamp>,
    strength: Strength,
    issued: Timestamp,
    expires: Timestamp,
}

impl Introspect {
    /// Over these ports.
    pub fn new(
        authentication: Authentication,
        bearers: Bearers,
        grants: Arc<dyn GrantStore>,
        subjects: Arc<dyn SubjectStore>,
        (vault, sealing): (Arc<dyn Vault>, Sealing),
    ) -> Self {
        Self {
            authentication,
            bearers,
            grants,
            subjects,
            vault,
            sealing,
        }
    }

    /// The answer, as JSON or as a JWT (RFC 9701).
    async fn told(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let params = call.form()?;
        params.nothing_repeated()?;
        let caller = self.authentication.authenticate(call, &params).await?;
        if caller.method() == AuthMethod::None {
            // §2.1: whoever asks MUST be authorized, so that tokens cannot be fished for.
            return Err(ClientFault::SecretRequired.into());
        }
        let claims = self.claims(call, caller.client(), &params).await?;
        // §2.2: nothing else is told of an inactive one; authentik does (reference §11 row 26).
        let claims = claims.map_or_else(|| json!({"active": false}), Value::Object);
        if signed::wants_jwt(call, caller.client()) {
            signed::answer(&self.sealing, call, caller.client(), &claims).await
        } else {
            Ok(encode::json(StatusCode::OK, &claims))
        }
    }

    /// The claims of an active token; `None` for any other, whatever the reason (§2.2).
    async fn claims(
        &self,
        call: &Call<'_>,
        caller: &Client,
        params: &Params,
    ) -> Result<Option<Claims>, Fault> {
        let request = IntrospectRequest::parse(params)?;
        let tenant = &call.tenant;
        let key = self
            .vault
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await?;
        match RefreshTokens::new(&key, &tenant.id).read(&request.token) {
            Some((grant, generation)) => self.refresh_token(call, caller, grant, generation).await,
            None => self.access_token(call, caller, &request.token).await,
        }
    }

    async fn access_token(
        &self,
        call: &Call<'_>,
        caller: &Client,
        token: &Secret,
    ) -> Result<Option<Claims>, Fault> {
        let found = self.bearers.stands(call, token).await; // RFC 9449 §6.2: who asks has no proof
        tracing::Span::current().record("client.id", caller.client_id.as_str()); // not the token's
        let bearer = match found {
            Ok(bearer) => bearer,
            Err(Fault::Bearer(BearerFault::Invalid)) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        if !caller.may_look_at(&bearer.record.client_id) {
            return Ok(None);
        }
        let facts = Facts::of_bearer(&bearer);
        // Its digest was found, so it is ours as it stands. An encrypted one is for its client's eyes; what every
        // token says is told of it.
        let mut claims = claims_of_ours(token).unwrap_or_else(|| facts.standard(call));
        facts.tell(&mut claims);
        let record = &bearer.record;
        claims.extend(bounds(&record.terms, record.key.as_ref()));
        claims.insert("token_type".to_owned(), record.token_type().into());
        Ok(Some(claims))
    }

    async fn refresh_token(
        &self,
        call: &Call<'_>,
        caller: &Client,
        id: GrantId,
        generation: u32,
    ) -> Result<Option<Claims>, Fault> {
        let tenant = &call.tenant.id;
        let grant = self.grants.find(tenant, id).await?;
        let Some(grant) = grant.filter(|grant| caller.may_look_at(&grant.client_id)) else {
            return Ok(None);
        };
        let client = self.client(call, &grant.client_id).await?;
        let Some(client) = client.filter(|client| grant.is_of(client)) else {
            return Ok(None);
        };
        let State::Live {
            refresh: Some(refresh),
        } = grant.state
        else {
            return Ok(None);
        };
        // A rotated-out one is over, even while its grace lets a lost answer be fetched again (reference §6.4).
        let standing = Standing::of(generation, &refresh, client.refresh_grace, call.now);
        if standing != Standing::Current || call.now >= refresh.refresh_expires {
            return Ok(None);
        }
        let user = self.subjects.by_id(tenant, grant.subject.id).await?;
        let Some(user) = user.filter(|user| user.active && grant.stands(user)) else {
            return Ok(None);
        };
        let facts = Facts {
            client: &client,
            subject: &user.subject,
            scopes: &grant.scopes,
            auth_time: Some(grant.auth_time),
            strength: grant.strength,
            issued: refresh.rotated_at,
            expires: refresh.refresh_expires,
        };
        let mut claims = facts.standard(call);
        of_grant(&mut claims, &grant);
        facts.tell(&mut claims);
        Ok(Some(claims))
    }

    async fn client(
        &self,
        call: &Call<'_>,
        id: &ClientId,
    ) -> Result<Option<Arc<Client>>, PortError> {
        self.authentication
            .clients
            .by_id(&call.tenant.id, id, call.now)
            .await
    }
}

impl Client {
    /// Its own tokens, and those of the providers it trusts (authentik's federation, reference §6.4).
    fn may_look_at(&self, issued_to: &ClientId) -> bool {
        self.client_id == *issued_to || self.federation.providers.contains(issued_to)
    }
}

impl<'a> Facts<'a> {
    fn of_bearer(bearer: &'a Bearer) -> Self {
        Self {
            client: &bearer.client,
            subject: &bearer.user.subject,
            scopes: &bearer.record.scopes,
            auth_time: bearer.record.auth_time,
            strength: bearer.record.strength,
            issued: bearer.record.issued,
            expires: bearer.record.expires,
        }
    }

    /// What every token says (reference §4.1).
    fn standard(&self, call: &Call<'_>) -> Claims {
        let sub = claims::sub(&call.tenant, self.client, self.subject);
        let mut claims = Claims::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.client.issuer(&call.tenant).into());
        put("sub", sub.into());
        put("aud", self.client.client_id.as_str().into());
        put("acr", self.strength.acr().into());
        if let Some(auth_time) = self.auth_time {
            put("auth_time", auth_time.unix().into());
        }
        claims
    }

    /// §2.2, over whatever a mapping says.
    fn tell(&self, claims: &mut Claims) {
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("active", true.into());
        put("scope", self.scopes.to_string().into());
        put("client_id", self.client.client_id.as_str().into());
        put("username", self.subject.username.as_str().into());
        put("iat", self.issued.unix().into());
        put("exp", self.expires.unix().into());
    }
}

/// What a grant knows of the sign-in.
fn of_grant(claims: &mut Claims, grant: &Grant) {
    if !grant.amr.is_empty() {
        claims.insert("amr".to_owned(), json!(grant.amr));
    }
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), nonce.as_str().into());
    }
}

#[async_trait]
impl Endpoint for Introspect {
    fn function(&self) -> &'static str {
        "introspect"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST] // §2.1
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.told(call).await {
            Ok(response) => response,
            // §2.3: 401 wherever the caller's credentials stood; authentik says `active: false`, which hides a
            // wrong secret from whoever runs the resource server.
            Err(fault) => encode::fault_json(&fault, true),
        }
    }
}
