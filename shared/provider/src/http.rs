//! From an HTTP request to an endpoint and back: everything that is the same for all of them.

pub mod api;
pub mod cookie;
pub mod cors;
pub mod decode;
pub mod encode;
mod inside;
pub mod route;
pub mod service;

use bytes::Bytes;

pub use cors::Sharing;
pub use decode::Call;
pub use service::{Endpoint, Face, Service};

/// A whole request.
pub type Request = http::Request<Bytes>;

/// A whole response.
pub type Response = http::Response<Bytes>;

/// The address a request came from: an extension of the request, set where the connection ends.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// The largest request body that is read where an endpoint says nothing else, in bytes. No request of these protocols
/// comes near it.
pub const LARGEST_BODY: usize = 64 * 1024;
