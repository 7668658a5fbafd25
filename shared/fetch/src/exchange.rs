//! One request, one answer, and the end of the connection.

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use provider::ports::FetchError;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::target::Target;

/// The largest document that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// The largest head of an answer, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// For a document.
    Get,
    /// With this form, encoded.
    Post(String),
}

/// The connection ends with the answer: it is driven here, so that nothing goes on behind.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    target: &Target,
    ask: Ask,
) -> Result<Bytes, FetchError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LARGEST_HEAD);
    let handshake = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| FetchError::Connection)?;
    let request = request(target, ask)?;
    let answer = async move {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|_| FetchError::Connection)?;
        match answer.status() {
            StatusCode::OK => read(answer.into_body()).await,
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

fn request(target: &Target, ask: Ask) -> Result<Request<Full<Bytes>>, FetchError> {
    let form = matches!(ask, Ask::Post(_));
    let mut request = match ask {
        Ask::Get => Request::new(Full::default()),
        Ask::Post(form) => Request::new(Full::from(form)),
    };
    *request.method_mut() = if form { Method::POST } else { Method::GET };
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
    if form {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
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
