//! What a certificate of ours says, so that another key can say the same.

use der::Decode as _;
use der::asn1::Utf8StringRef;
use protocol::Seconds;
use provider::ports::Unfit;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_cert::Certificate as X509;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::COMMON_NAME;

/// Name, other names and life of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::kms) struct Said {
    pub(in crate::kms) common_name: String,
    pub(in crate::kms) alternative_names: Vec<String>,
    pub(in crate::kms) life: Seconds,
}

/// Reads one that a key has signed for itself (RFC 5280 §4.1.2.5, §4.1.2.6, §4.2.1.6).
pub(in crate::kms) fn said(pem: &str) -> Result<Said, Unfit> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| Unfit::NoCertificate)?;
    let body = X509::from_der(&der)
        .map_err(|_| Unfit::NoCertificate)?
        .tbs_certificate;
    let parts = body.subject.0.iter().flat_map(|part| part.0.iter());
    let mut names = parts.filter(|part| part.oid == COMMON_NAME);
    let name = names
        .next()
        .and_then(|part| part.value.decode_as::<Utf8StringRef<'_>>().ok());
    let others = body.get::<SubjectAltName>().ok().flatten();
    let others = others.into_iter().flat_map(|(_, names)| names.0);
    let second = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
    let life = second(&body.validity.not_after).saturating_sub(second(&body.validity.not_before));
    Ok(Said {
        common_name: name.map(|it| it.as_str().to_owned()).unwrap_or_default(),
        alternative_names: others.filter_map(dns).collect(),
        life: Seconds(i64::try_from(life).unwrap_or(i64::MAX)),
    })
}

fn dns(name: GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::OtherName(_)
        | GeneralName::Rfc822Name(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EdiPartyName(_)
        | GeneralName::UniformResourceIdentifier(_)
        | GeneralName::IpAddress(_)
        | GeneralName::RegisteredId(_) => None, // we write none of these
    }
}
