//! What is said on the wire: OAuth 2.0 and OpenID Connect requests, answers and values.
//!
//! This crate is pure. It does no I/O, reads no clock, draws no randomness and knows no AWS, so every
//! rule here can be tested as a table of inputs and answers. Strings end here: past this crate nobody
//! meets a grant, a scope, a client id or a redirect URI as bare text.
//!
//! Reading order: [`params`], then the request of an endpoint ([`authorize`], [`token`]), then
//! [`jose`] for what is signed.

pub mod authorize;
pub mod backchannel;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod exchange;
pub mod github;
pub mod ids;
pub mod introspect;
pub mod jose;
pub mod logout;
pub mod params;
pub mod pkce;
pub mod redirect;
pub mod resource;
pub mod revoke;
pub mod scope;
pub mod secret;
pub mod time;
pub mod token;
pub mod userinfo;
pub mod validity;
pub mod webfinger;

pub use error::{ErrorCode, Malformed};
pub use ids::{ClientId, GrantId, Slug, TenantId, UserId};
pub use params::Params;
pub use scope::{Scope, Scopes};
pub use secret::{Digest, Secret};
pub use time::{Seconds, Timestamp};
