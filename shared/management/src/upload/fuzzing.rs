//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use bytes::Bytes;
use futures_util::FutureExt as _;

use super::{Upload, parse};

/// The file of a form of this media type, if it may have so many bytes.
pub fn file(kind: &str, body: Bytes, most: usize) -> Option<Bytes> {
    // All of the body is there, so nothing is waited for.
    match parse(kind, body, most).now_or_never()?.ok()? {
        Upload::File(bytes) => Some(bytes),
        Upload::Clear => None,
    }
}
