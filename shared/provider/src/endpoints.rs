//! One struct per function, holding just the ports it uses.

pub mod authorize;
pub mod backchannel_authentication;
pub mod device_authorization;
pub mod end_session;
pub mod flow;
pub mod github;
pub mod introspect;
pub mod jwks;
pub mod openid_configuration;
pub mod par;
pub mod register;
pub mod revoke;
pub mod self_service;
pub mod token;
pub mod userinfo;

pub use authorize::Authorize;
pub use backchannel_authentication::BackchannelAuthentication;
pub use device_authorization::DeviceAuthorization;
pub use end_session::EndSession;
pub use flow::Flow;
pub use github::{GithubAccessToken, GithubUser, GithubUserTeams};
pub use introspect::Introspect;
pub use jwks::Jwks;
pub use openid_configuration::OpenidConfiguration;
pub use par::Par;
pub use register::Register;
pub use revoke::Revoke;
pub use self_service::SelfService;
pub use token::Token;
pub use userinfo::Userinfo;
