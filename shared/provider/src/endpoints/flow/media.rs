//! A brand's picture at `/media/{slug}`. Its name says what is in it, so that it may be kept for ever (RFC 9111
//! §5.2.2.1, RFC 8246).

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use protocol::Digest;

use super::Flow;
use crate::fault::{Fault, Transport};
use crate::http::{Call, Response, encode};

impl Flow {
    pub(super) async fn picture(&self, call: &Call<'_>) -> Result<Response, Fault> {
        if call.is_post() {
            return Err(Transport::Method.into());
        }
        let name = call
            .slug
            .as_ref()
            .and_then(|slug| Digest::decode(slug.as_str()));
        let name = name.ok_or(Transport::NotFound)?;
        let found = self.parts.media.get(&call.tenant.id, &name).await?;
        let image = found.ok_or(Transport::NotFound)?;
        let mut response = Response::new(image.bytes().clone());
        *response.status_mut() = StatusCode::OK;
        encode::set(&mut response, CONTENT_TYPE, image.kind().media_type());
        encode::set(
            &mut response,
            CACHE_CONTROL,
            "public, max-age=31536000, immutable",
        );
        encode::set(
            &mut response,
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        );
        Ok(response)
    }
}
