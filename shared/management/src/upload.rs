//! A file that comes in a form (RFC 7578; API reference B: `FileUploadRequest`).

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;

use bytes::Bytes;
use futures_util::stream;
use http::{StatusCode, header::CONTENT_TYPE};
use multer::{Constraints, Multipart, SizeLimit};
use provider::media::MOST_BYTES;

use crate::endpoint::LARGEST_BODY;
use crate::errors::Refusal;
use crate::form::truth;
use crate::operation::Ask;

/// What a form asks for.
#[derive(Debug)]
pub enum Upload {
    /// This file is to be taken.
    File(Bytes),
    /// The one there is is to be taken away.
    Clear,
}

/// The form of a request, with `file` or `clear`.
///
/// # Errors
/// 415 where it is no such form, else by field.
pub async fn read(ask: &Ask<'_>) -> Result<Upload, Refusal> {
    within(ask, MOST_BYTES).await
}

/// The file of a request's form, of any size that a request may have.
///
/// # Errors
/// As [`read`].
pub async fn file(ask: &Ask<'_>) -> Result<Bytes, Refusal> {
    match within(ask, LARGEST_BODY).await? {
        Upload::File(bytes) => Ok(bytes),
        Upload::Clear => Err(missing()),
    }
}

async fn within(ask: &Ask<'_>, most: usize) -> Result<Upload, Refusal> {
    let request = &ask.call.request;
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    parse(kind, request.body().clone(), most).await
}

fn missing() -> Refusal {
    Refusal::field("file", "No file was submitted.")
}

async fn parse(kind: &str, body: Bytes, most: usize) -> Result<Upload, Refusal> {
    let boundary = multer::parse_boundary(kind).map_err(|_| {
        let text = format!("Unsupported media type \"{kind}\" in request.");
        Refusal::Other(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
    })?;
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let limit = SizeLimit::new()
        .for_field("file", most)
        .for_field("clear", 16);
    let limit = Constraints::new().size_limit(limit);
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = Multipart::with_constraints(whole, boundary, limit);
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("file") => file = Some(field.bytes().await.map_err(unreadable)?),
            Some("clear") => {
                let text = field.text().await.map_err(unreadable)?;
                if truth(&text.into()) == Some(true) {
                    return Ok(Upload::Clear);
                }
            }
            Some(_) | None => {}
        }
    }
    file.map(Upload::File).ok_or_else(missing)
}

fn unreadable(error: multer::Error) -> Refusal {
    let text = match error {
        multer::Error::FieldSizeExceeded { .. } => {
            provider::media::ImageFault::TooLarge.to_string()
        }
        other => format!("The form cannot be read: {other}."),
    };
    Refusal::field("file", text)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const KIND: &str = "multipart/form-data; boundary=x";

    fn form(parts: &[(&str, &[u8])]) -> Bytes {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend(format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        body.into()
    }

    fn given(kind: &str, body: Bytes) -> Result<Upload, Refusal> {
        parse(kind, body, MOST_BYTES).now_or_never().unwrap() // all of it is here
    }

    #[test]
    fn rfc7578_a_file_is_taken_byte_for_byte() {
        let content = b"\x89PNG\r\n\x1a\n\r\n--y\0";
        let body = form(&[
            ("name=\"file\"; filename=\"a.png\"", content),
            ("name=\"clear\"", b"false"),
        ]);
        assert!(matches!(given(KIND, body), Ok(Upload::File(bytes)) if bytes.as_ref() == content));
    }

    #[test]
    fn reference_b2_clear_takes_it_away() {
        let body = form(&[("name=\"clear\"", b"true")]);
        assert!(matches!(given(KIND, body), Ok(Upload::Clear)));
    }

    #[test]
    fn what_is_no_such_form_or_too_large_is_refused() {
        let large = vec![0; MOST_BYTES + 1];
        for (kind, body, wanted) in [
            (
                "application/json",
                Bytes::from_static(b"{}"),
                "Unsupported media type",
            ),
            (KIND, form(&[]), "No file was submitted"),
            (KIND, Bytes::from_static(b"--x\r\nbroken"), "cannot be read"),
            (
                KIND,
                form(&[("name=\"file\"; filename=\"a\"", &large)]),
                "256 KB",
            ),
            (
                KIND,
                form(&[("name=\"other\"", b"x")]),
                "No file was submitted",
            ),
        ] {
            let error = given(kind, body).unwrap_err();
            assert!(format!("{error:?}").contains(wanted), "{wanted}: {error:?}");
        }
    }
}
