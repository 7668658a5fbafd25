//! A valid request to the token endpoint, for a test to break in one place.

use http::header::AUTHORIZATION;
use provider::http::{ClientCertificate, Response};
use serde_json::Value;

use super::{Bench, CALLBACK, basic, form_post, json, summary};

/// The token endpoint.
pub(crate) const TOKEN: &str = "/application/o/token/";

/// Client authentication and a form.
#[derive(Clone)]
pub(crate) struct Exchange<'a> {
    bench: &'a Bench,
    authorization: Vec<String>,
    form: Vec<(&'a str, String)>,
    headers: Vec<(&'static str, String)>,
    certificate: Option<ClientCertificate>,
}

impl<'a> Exchange<'a> {
    /// Of a code, as the client that it was issued to.
    pub(crate) fn code(bench: &'a Bench, client: &str, code: &str) -> Self {
        Self::of(bench, client)
            .with("grant_type", "authorization_code")
            .with("code", code)
            .with("redirect_uri", CALLBACK)
    }

    /// Of a refresh token, as the client that it was issued to.
    pub(crate) fn refresh(bench: &'a Bench, client: &str, token: &str) -> Self {
        Self::of(bench, client)
            .with("grant_type", "refresh_token")
            .with("refresh_token", token)
    }

    /// An empty form, as this client.
    pub(crate) fn of(bench: &'a Bench, client: &str) -> Self {
        Self {
            bench,
            authorization: Vec::new(),
            form: Vec::new(),
            headers: Vec::new(),
            certificate: None,
        }
        .by(client)
    }

    /// As this client: `spa` is public, every other has the secret `<client>-secret`.
    pub(crate) fn by(self, client: &str) -> Self {
        if client == "spa" {
            return self.without_authorization().with("client_id", client);
        }
        let credentials = basic(client, &format!("{client}-secret"));
        self.without("client_id").authorization(&credentials)
    }

    /// With this `Authorization` in place of what was there.
    pub(crate) fn authorization(self, value: &str) -> Self {
        Self {
            authorization: vec![value.to_owned()],
            ..self
        }
    }

    /// With one more `Authorization`.
    pub(crate) fn and_authorization(mut self, value: &str) -> Self {
        self.authorization.push(value.to_owned());
        self
    }

    /// Without `Authorization`.
    pub(crate) fn without_authorization(self) -> Self {
        Self {
            authorization: Vec::new(),
            ..self
        }
    }

    /// With this parameter, in place of one of that name.
    pub(crate) fn with(self, name: &'a str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With this parameter beside what is there.
    pub(crate) fn and(mut self, name: &'a str, value: &str) -> Self {
        self.form.push((name, value.to_owned()));
        self
    }

    /// Without this parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.form.retain(|(given, _)| *given != name);
        self
    }

    /// With one more header of this name.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Over a connection that was opened with this certificate, in DER.
    pub(crate) fn certificate(self, der: &[u8]) -> Self {
        self.shown(der, true)
    }

    /// The same, where nobody trusted is known to have issued it.
    pub(crate) fn unvouched(self, der: &[u8]) -> Self {
        self.shown(der, false)
    }

    fn shown(self, der: &[u8], vouched: bool) -> Self {
        let der = der.to_vec().into();
        Self {
            certificate: Some(ClientCertificate { der, vouched }),
            ..self
        }
    }

    /// To the token endpoint.
    pub(crate) async fn send(&self) -> Response {
        self.send_to(TOKEN).await
    }

    /// To another endpoint.
    pub(crate) async fn send_to(&self, path: &str) -> Response {
        let form: Vec<(&str, &str)> = self.form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let mut request = form_post(path, &form);
        for value in &self.authorization {
            let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a header");
            request.headers_mut().append(AUTHORIZATION, value);
        }
        if let Some(certificate) = &self.certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        for (name, value) in &self.headers {
            let value = value.parse().expect("a header");
            request.headers_mut().append(*name, value);
        }
        self.bench.send(request).await
    }

    /// The answer in one line.
    pub(crate) async fn summary(&self) -> String {
        summary(&self.send().await)
    }

    /// The tokens that it must yield.
    pub(crate) async fn tokens(&self) -> Value {
        let answer = self.send().await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
        json(&answer)
    }
}
