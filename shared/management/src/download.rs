//! Answers that are files to be kept.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use provider::http::{Response, encode};

use crate::operation::Reply;

/// A file of this media type and this name, which browsers save. Nobody between keeps a copy.
pub fn file(media_type: &str, name: &str, content: impl Into<Bytes>) -> Reply {
    let mut response = Response::new(content.into());
    encode::set(&mut response, CONTENT_TYPE, media_type);
    let disposition = format!("attachment; filename=\"{name}\"");
    encode::set(&mut response, CONTENT_DISPOSITION, &disposition);
    encode::set(&mut response, CACHE_CONTROL, "no-store");
    Reply::Other(Box::new(response))
}
