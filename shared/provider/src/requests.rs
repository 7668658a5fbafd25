//! Authorization requests as they come: as parameters, as a request object (RFC 9101, OpenID Connect Core §6), or pushed
//! before (RFC 9126). One place reads them for the authorization endpoint, the pushing one, and the flows between.

mod checked;
mod claims;
mod details;
mod document;
mod fault;
mod kept;
mod object;

use std::sync::Arc;

use protocol::discovery::Rules;
use protocol::{Params, Secret, Timestamp};
use serde_json::Value;

use crate::client::{Client, Metadata, Profile};
use crate::client_keys::ClientKeys;
use crate::fault::Fault;
use crate::http::Call;
use crate::limited::Limited;
use crate::ports::{Pushed, PushedStore};

pub use checked::Checked;
pub(crate) use details::narrowed;
pub use details::readable;
pub use document::Documents;
pub use fault::RequestFault;
pub use kept::Kept;

/// What a `request_uri` of ours begins with (RFC 9126 §2.2).
pub const PUSHED_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Reads authorization requests.
#[derive(Clone)]
pub struct Requests {
    pushed: Arc<dyn PushedStore>,
    keys: Arc<ClientKeys>,
    documents: Arc<Documents>,
}

/// An authorization request, as its client meant it.
#[derive(Clone)]
pub struct Resolved {
    /// The parameters that count.
    pub params: Params,
    /// How it came.
    pub way: Way,
    /// At this second nobody can begin with it any more; `None`: no such second.
    pub expires: Option<Timestamp>,
}

/// How an authorization request came.
#[derive(Clone, Debug)]
pub enum Way {
    /// As parameters.
    Plain,
    /// As a request object.
    Signed,
    /// It was pushed.
    Pushed(Box<Pushed>),
}

impl Requests {
    /// With these means.
    pub fn new(pushed: Arc<dyn PushedStore>, keys: Arc<ClientKeys>, limited: Limited) -> Self {
        Self {
            pushed,
            keys,
            documents: Arc::new(Documents::new(limited)),
        }
    }

    /// Where pushed ones are kept.
    pub fn pushed(&self) -> &dyn PushedStore {
        &*self.pushed
    }

    /// The request that these parameters are or lead to. Nothing is said yet of whether it may be granted; a pushed one
    /// may be past its time for those who have not begun with it.
    ///
    /// # Errors
    /// [`RequestFault`], and what cannot be read.
    pub async fn resolve(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<Resolved, Fault> {
        match (params.optional("request")?, params.optional("request_uri")?) {
            (Some(_), Some(_)) => Err(RequestFault::TwoRequests.into()), // RFC 9101 §5
            (None, Some(uri)) if uri.starts_with(PUSHED_PREFIX) => {
                self.find(call, client, &Secret::new(uri)).await
            }
            (None, Some(uri)) => {
                let text = self.documents.get(call, client, uri).await?;
                self.signed(call, client, params, &text).await
            }
            (Some(object), None) => self.signed(call, client, params, object).await,
            (None, None) => Ok(Resolved::plain(params.clone())),
        }
    }

    /// RFC 9126 §4: everything beside `client_id` is as it was pushed.
    async fn find(
        &self,
        call: &Call<'_>,
        client: &Client,
        uri: &Secret,
    ) -> Result<Resolved, Fault> {
        let id = uri.digest();
        let found = self.pushed.find(&call.tenant.id, &id, call.now).await?;
        let pushed = found
            .filter(|pushed| client.is(&pushed.client_id, pushed.provider))
            .ok_or(RequestFault::NoSuchRequest)?;
        Ok(Resolved {
            params: pushed.params.opened(uri)?,
            expires: Some(pushed.expires),
            way: Way::Pushed(Box::new(pushed)),
        })
    }

    async fn signed(
        &self,
        call: &Call<'_>,
        client: &Client,
        outside: &Params,
        object: &str,
    ) -> Result<Resolved, Fault> {
        let expected = object::Expected {
            client,
            tenant: &call.tenant.id,
            issuer: client.issuer(&call.tenant),
            now: call.now,
        };
        let (params, expires) = expected.read(&self.keys, outside, object).await?;
        Ok(Resolved {
            params,
            way: Way::Signed,
            expires,
        })
    }
}

/// What discovery says of the rules for this client's requests (RFC 8414 §2).
pub fn rules(metadata: &Metadata) -> Rules {
    let types = metadata.authorization_details_types.iter();
    let signing = metadata.profile == Profile::Fapi2MessageSigning;
    Rules {
        fapi: metadata.is_fapi(),
        signed_answers: signing,
        pushed: metadata.is_fapi() || metadata.require_pushed_authorization_requests,
        signed: signing || metadata.require_signed_request_object,
        s256: metadata.is_fapi() || metadata.require_pkce,
        details: types.map(|kind| kind.name.clone()).collect(),
    }
}

impl Resolved {
    /// One that came as parameters.
    pub const fn plain(params: Params) -> Self {
        Self {
            params,
            way: Way::Plain,
            expires: None,
        }
    }

    /// Checks that it is in time for somebody who began with it then; `None`: only now.
    ///
    /// # Errors
    /// [`RequestFault`] where it is not.
    pub fn in_time(&self, began: Option<Timestamp>, now: Timestamp) -> Result<(), RequestFault> {
        let late = |expires: Timestamp| began.unwrap_or(now) >= expires;
        match (self.expires.is_some_and(late), &self.way) {
            (false, _) => Ok(()),
            (true, Way::Pushed(_)) => Err(RequestFault::NoSuchRequest),
            (true, Way::Plain | Way::Signed) => Err(RequestFault::Object("exp")),
        }
    }

    /// The pushed request, if it was.
    pub fn pushed(&self) -> Option<&Pushed> {
        match &self.way {
            Way::Pushed(pushed) => Some(pushed),
            Way::Plain | Way::Signed => None,
        }
    }

    /// Whether its client signed it.
    pub fn is_signed(&self) -> bool {
        match &self.way {
            Way::Plain => false,
            Way::Signed => true,
            Way::Pushed(pushed) => pushed.signed,
        }
    }
}

/// How deep what a client sends may be nested, where it is kept: `DynamoDB` takes 32 levels, of which the item has some.
const DEEPEST: usize = 16;

/// Whether it can be kept as it is: not too deep, with names, and with numbers that `DynamoDB` has.
fn storable(value: &Value) -> bool {
    fn within(value: &Value, levels: usize) -> bool {
        match value {
            Value::Null | Value::Bool(_) | Value::String(_) => true,
            Value::Number(number) => number
                .as_f64()
                .is_some_and(|it| it == 0.0 || (1e-100..1e100).contains(&it.abs())),
            Value::Array(items) => levels > 0 && items.iter().all(|item| within(item, levels - 1)),
            Value::Object(members) => {
                let mut members = members.iter();
                levels > 0
                    && members.all(|(name, member)| !name.is_empty() && within(member, levels - 1))
            }
        }
    }
    within(value, DEEPEST)
}
