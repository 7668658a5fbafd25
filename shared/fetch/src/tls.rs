//! TLS to hosts anywhere: Mozilla's roots, in the binary, as reading a system's certificates takes longer than
//! all else at a cold start.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Those who vouch for public hosts.
pub(crate) fn public() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// The same, and those whose certificates these are, in PEM.
pub(crate) fn and_public(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = public();
    let public = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.len() == public {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(roots)
}

/// TLS 1.2 and 1.3, HTTP/1.1, trusting these.
#[allow(
    clippy::expect_used,
    reason = "the provider has the default versions; a test makes one"
)]
pub(crate) fn trusting(roots: RootCertStore) -> TlsConnector {
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("aws-lc has TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config))
}
