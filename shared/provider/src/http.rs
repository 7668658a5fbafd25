//! From an HTTP request to an endpoint and back: everything that is the same for all of them.

pub mod api;
pub mod cookie;
pub mod cors;
pub mod decode;
pub mod encode;
mod inside;
pub mod route;
pub mod service;

use bytes::Bytes;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

pub use cors::Sharing;
pub use decode::Call;
pub use service::{Endpoint, Face, LONGEST, Patience, Service};

/// A whole request.
pub type Request = http::Request<Bytes>;

/// A whole response.
pub type Response = http::Response<Bytes>;

/// The address a request came from: an extension of the request, set where the connection ends.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// The certificate by which the client opened the connection: an extension of the request, set where TLS ends, and only
/// there. TLS has proved that the client has its private key.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// In DER.
    pub der: Bytes,
    /// Whether somebody trusted issued it, which is checked where TLS ends, too.
    pub vouched: bool,
}

impl ClientCertificate {
    /// Reads one in PEM (RFC 7468 §5); where there are several, the first is the client's. `None` where there is none.
    pub fn from_pem(pem: &str, vouched: bool) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        let der = Bytes::copy_from_slice(&der);
        Some(Self { der, vouched })
    }

    /// The same with its bytes escaped as in a URL, as proxies write it into a header. `+` is of base64, not a space.
    pub fn from_escaped_pem(escaped: &str, vouched: bool) -> Option<Self> {
        let form = format!("pem={}", escaped.replace('+', "%2B"));
        let (_, pem) = form_urlencoded::parse(form.as_bytes()).next()?;
        Self::from_pem(&pem, vouched)
    }
}

/// The largest request body that is read where an endpoint says nothing else, in bytes. No request of these protocols
/// comes near it.
pub const LARGEST_BODY: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_plain_and_escaped() {
        let pem = "-----BEGIN CERTIFICATE-----\n+/8=\n-----END CERTIFICATE-----\n";
        let read = |certificate: Option<ClientCertificate>| certificate.map(|it| it.der.to_vec());
        let expected = Some(vec![0xfb, 0xff]);
        assert_eq!(read(ClientCertificate::from_pem(pem, true)), expected);
        for escaped in [
            "-----BEGIN%20CERTIFICATE-----%0A%2B%2F8%3D%0A-----END%20CERTIFICATE-----%0A",
            "-----BEGIN%20CERTIFICATE-----%0A+/8=%0A-----END%20CERTIFICATE-----%0A",
        ] {
            assert_eq!(
                read(ClientCertificate::from_escaped_pem(escaped, true)),
                expected
            );
        }
        for none in ["", "%", "+/8=", "(null)"] {
            assert_eq!(read(ClientCertificate::from_escaped_pem(none, true)), None);
        }
    }
}
