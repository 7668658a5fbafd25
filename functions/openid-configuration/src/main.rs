//! `GET /application/o/{slug}/.well-known/openid-configuration` (OpenID Connect Discovery §4),
//! `GET /.well-known/oauth-authorization-server/application/o/{slug}/` (RFC 8414 §3) and
//! `GET /.well-known/webfinger` (RFC 7033 §4), and `GET /.well-known/oauth-protected-resource/{proxy+}` (RFC 9728 §3).
//! The work: `shared/provider/src/endpoints/openid_configuration.rs`.

use aws::Ports as _;
use provider::endpoints::OpenidConfiguration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::Error> {
    let rt = aws::Runtime::from_env().await?;
    let endpoint = OpenidConfiguration::new(rt.clients()).with_certificates(rt.certificates());
    rt.serve(endpoint).await
}
