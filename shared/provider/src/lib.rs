//! The rules: what is decided when a client or a person asks something of the provider.
//!
//! Asynchronous, but it brings no runtime and knows no AWS: what it needs of the outside stands in
//! [`ports`]. Reading order: [`http::route`] (which URL is which function), then the endpoint in
//! [`endpoints`], then [`grants`] and [`flow`].

pub mod claims;
pub mod client;
pub mod clients;
pub mod endpoints;
pub mod entropy;
pub mod fault;
pub mod flow;
pub mod grant;
pub mod grants;
pub mod hint;
pub mod http;
pub mod issuer;
pub mod pages;
pub mod ports;
pub mod refresh;
pub mod session;
pub mod tenant;
pub mod user;

pub use fault::Fault;
