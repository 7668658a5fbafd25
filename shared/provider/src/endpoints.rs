//! One struct per function, holding just the ports it uses.

pub mod authorize;
pub mod end_session;
pub mod flow;
pub mod jwks;
pub mod openid_configuration;
pub mod revoke;
pub mod token;
pub mod userinfo;

pub use authorize::Authorize;
pub use end_session::EndSession;
pub use flow::Flow;
pub use jwks::Jwks;
pub use openid_configuration::OpenidConfiguration;
pub use revoke::Revoke;
pub use token::Token;
pub use userinfo::Userinfo;
