//! The rules: what is decided when a client or a person asks something of the provider.
//!
//! Asynchronous, but it brings no runtime and knows no AWS: what it needs of the outside stands in
//! [`ports`]. Reading order: [`http::route`] (which URL is which function), then the endpoint in
//! [`endpoints`], then [`grants`] and [`flow`].

pub mod asking;
pub mod authenticator;
pub mod bearer;
pub mod brand;
pub mod certificate;
pub mod claims;
pub mod client;
pub mod client_keys;
pub mod clients;
pub mod config;
pub mod device;
pub mod dpop;
pub mod endpoints;
pub mod entropy;
pub mod event;
pub mod executor;
pub mod fapi;
pub mod fault;
pub mod federation;
pub mod flow;
pub mod grant;
pub mod grants;
pub mod group;
pub mod guessing;
pub mod hint;
pub mod http;
pub mod id_tokens;
pub mod invitation;
pub mod issuer;
pub mod job;
pub mod jwt;
pub mod key;
pub mod launch;
pub mod limited;
pub mod locale;
pub mod logout;
pub mod mail;
pub mod mapping;
pub mod media;
pub mod pages;
pub mod permits;
pub mod ping;
pub mod policies;
pub mod policy;
pub mod ports;
pub mod refresh;
pub mod registration;
pub mod requests;
pub mod response;
pub mod rotation;
pub mod script;
pub mod scripts;
pub mod service_account;
pub mod session;
pub mod tenant;
pub mod user;

pub use fault::Fault;
