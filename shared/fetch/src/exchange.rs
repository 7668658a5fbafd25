//! One request, one answer, and the end of the connection.

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT,
};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use protocol::Secret;
use provider::ports::{FetchError, Fetched};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::freshness::fresh_for;
use crate::target::Target;

/// The largest document that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// The largest head of an answer, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of JSON.
const JSON: &str = "application/json";

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// For a document.
    Get,
    /// With this form, encoded.
    Post(String),
    /// With this JSON and this bearer token.
    Tell(Vec<u8>, Secret),
}

/// The connection ends with the answer: it is driven here, so that nothing goes on behind.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    target: &Target,
    ask: Ask,
) -> Result<Fetched, FetchError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LARGEST_HEAD);
    let handshake = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| FetchError::Connection)?;
    let told = matches!(ask, Ask::Tell(..));
    let request = request(target, ask)?;
    let answer = async move {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|_| FetchError::Connection)?;
        match answer.status() {
            StatusCode::OK => {
                let (head, body) = answer.into_parts();
                Ok(Fetched {
                    media_type: media_type(&head.headers),
                    fresh_for: fresh_for(&head.headers),
                    body: read(body).await?,
                })
            }
            StatusCode::NO_CONTENT if told => Ok(Fetched {
                body: Bytes::new(),
                media_type: None,
                fresh_for: None,
            }),
            other => Err(FetchError::Status(other.as_u16())), // a redirect too
        }
    };
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(answer);
    let mut driven = false;
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            _ = &mut connection, if !driven => driven = true, // what came before its end is still to be read
        }
    }
}

/// What the document is said to be.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = said.split(';').next().unwrap_or_default().trim();
    Some(essence.to_ascii_lowercase())
}

fn request(target: &Target, ask: Ask) -> Result<Request<Full<Bytes>>, FetchError> {
    let (method, kind, bearer, body) = match ask {
        Ask::Get => (Method::GET, None, None, Full::default()),
        Ask::Post(form) => (Method::POST, Some(FORM), None, Full::from(form)),
        Ask::Tell(json, bearer) => (Method::POST, Some(JSON), Some(bearer), Full::from(json)),
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = target.path()?;
    let host = HeaderValue::from_str(&target.authority()).map_err(|_| FetchError::Url)?;
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static("latchkey"));
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, */*;q=0.1"),
    );
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if let Some(kind) = kind {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if let Some(bearer) = bearer {
        let words = Secret::new(format!("Bearer {}", bearer.expose()));
        let mut words = HeaderValue::from_str(words.expose()).map_err(|_| FetchError::Url)?;
        words.set_sensitive(true);
        headers.insert(AUTHORIZATION, words);
    }
    Ok(request)
}

/// What is announced as too large is not begun, and what is not announced is broken off.
async fn read(mut body: Incoming) -> Result<Bytes, FetchError> {
    if body.size_hint().lower() > LARGEST as u64 {
        return Err(FetchError::TooLarge);
    }
    let mut document = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| FetchError::Connection)?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        if document.len() + data.len() > LARGEST {
            return Err(FetchError::TooLarge);
        }
        document.extend_from_slice(data);
    }
    Ok(document.freeze())
}
