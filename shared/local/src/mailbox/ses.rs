//! `SendEmail` of Amazon SES's API v2, as far as the adapter uses it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Arrived, Mailbox, is_from_here};
use crate::clock::now;

/// The largest letter; SES takes 40 MB.
const LARGEST: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: String,
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    to_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    subject: Part,
    body: Parts,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parts {
    text: Part,
    html: Part,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

/// Takes a letter in.
pub(super) async fn send(
    State(mailbox): State<Arc<Mailbox>>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    if !is_from_here(&headers) {
        return answer(
            StatusCode::FORBIDDEN,
            Some("AccessDeniedException"),
            &json!({}),
        );
    }
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let read = serde_json::from_slice::<SendEmail>(&body).map_err(|error| error.to_string());
    match read.and_then(arrived) {
        Ok(letter) => {
            let id = mailbox.keep(letter);
            answer(
                StatusCode::OK,
                None,
                &json!({ "MessageId": format!("{id:016x}") }),
            )
        }
        Err(message) => {
            let body = json!({ "message": message });
            answer(StatusCode::BAD_REQUEST, Some("BadRequestException"), &body)
        }
    }
}

fn arrived(request: SendEmail) -> Result<Arrived, String> {
    let [to] = request.destination.to_addresses.as_slice() else {
        return Err("one address is expected here".to_owned());
    };
    let headers = [
        &request.from_email_address,
        to,
        &request.content.simple.subject.data,
    ];
    if headers
        .iter()
        .any(|value| value.contains(|c: char| c.is_control()))
    {
        return Err("a header has a control character".to_owned());
    }
    if !request.from_email_address.is_ascii() || !to.is_ascii() {
        return Err("Local address contains control or whitespace, or is not ASCII".to_owned());
    }
    let message = request.content.simple;
    Ok(Arrived {
        id: 0,
        at: now(),
        from: request.from_email_address,
        to: to.clone(),
        subject: message.subject.data,
        text: message.body.text.data,
        html: message.body.html.data,
    })
}

fn answer(status: StatusCode, error: Option<&'static str>, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Some(error) = error {
        let name = HeaderName::from_static("x-amzn-errortype");
        headers.insert(name, HeaderValue::from_static(error));
    }
    response
}
