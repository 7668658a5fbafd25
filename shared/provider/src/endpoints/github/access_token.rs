//! `POST /login/oauth/access_token`: the token endpoint (RFC 6749 §3.2) in GitHub's manner. `grant_type` may be left
//! out, and the answer is a form unless the client asks for JSON; authentik always sends JSON (reference §7), so
//! what asks for it gets all that authentik has there.

use async_trait::async_trait;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use protocol::{Params, github};
use serde_json::{Map, Value};

use crate::endpoints::Token;
use crate::fault::Fault;
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::ports::PortError;

/// GitHub's token endpoint.
pub struct GithubAccessToken(Token);

impl GithubAccessToken {
    /// By the means of the token endpoint.
    pub const fn new(token: Token) -> Self {
        Self(token)
    }

    async fn exchange(&self, call: &Call<'_>) -> Result<Map<String, Value>, Fault> {
        let params = github::token_request(&sent(call)?)?;
        let answer = self.0.exchange(call, &params).await?;
        match serde_json::to_value(&answer) {
            Ok(Value::Object(answer)) => Ok(github::token_answer(answer)),
            Ok(_) | Err(_) => Err(PortError::Corrupt("an answer is no object".to_owned()).into()),
        }
    }
}

/// A form, or a JSON object, as GitHub's own client library sends it.
fn sent(call: &Call<'_>) -> Result<Params, Fault> {
    let media = header(call.request.headers(), &CONTENT_TYPE);
    if media
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("application/json")
    {
        return Ok(github::json_params(call.request.body())?);
    }
    call.form()
}

fn header<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

#[async_trait]
impl Endpoint for GithubAccessToken {
    fn function(&self) -> &'static str {
        "github-access-token"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    fn sharing(&self) -> Sharing {
        Sharing::Clients // reference §1.1: as the token endpoint
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let headers = call.request.headers();
        let json = github::wants_json(header(headers, &ACCEPT));
        let by_header = headers.contains_key(AUTHORIZATION);
        let mut response = match (self.exchange(call).await, json) {
            (Ok(answer), true) => encode::json(StatusCode::OK, &answer),
            (Ok(answer), false) => {
                let mut response = encode::json(StatusCode::OK, &answer);
                encode::as_form(&mut response, github::as_form(&answer));
                response
            }
            // GitHub itself says 200; clients of authentik know 400 (RFC 6749 §5.2).
            (Err(fault), true) => encode::fault_json(&fault, by_header),
            (Err(fault), false) => encode::fault_form(&fault, by_header),
        };
        self.0.offer(call, &mut response).await;
        response
    }
}
