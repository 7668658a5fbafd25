//! Clients that show who they are by the certificate of their connection (RFC 8705 §2). That they have its private key,
//! TLS has proved before the request came here; whether somebody trusted issued it, whoever ended TLS says: on AWS that is
//! API Gateway's truststore (docs/mtls.md).

#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;
mod names;
mod reading;

use super::{Authentication, IdentityFault};
use crate::client::{Client, Metadata};
use crate::fault::{ClientFault, Fault};
use crate::http::Call;

pub(crate) use names::{DirectoryName, is_address};
use reading::Certificate;

impl Authentication {
    /// §2.2: a certificate that may be signed by anybody, of one of the client's keys. Nothing it says counts, not even
    /// when it ends: the keys are the client's as long as it publishes them.
    pub(super) async fn self_signed(&self, call: &Call<'_>, client: &Client) -> Result<(), Fault> {
        let certificate = presented(call).map_err(refused)?;
        let keys = self.keys.of(&call.tenant.id, client, None, call.now);
        let keys = keys.await.map_err(|fault| refused(fault.into()))?;
        let key = certificate.key().map_err(refused)?;
        if keys.holds(&key) {
            Ok(())
        } else {
            Err(refused(IdentityFault::OtherKey))
        }
    }
}

/// §2.1: a certificate that somebody trusted issued to the name the client registered.
pub(super) fn issued(call: &Call<'_>, client: &Client) -> Result<(), Fault> {
    let certificate = presented(call).map_err(refused)?;
    let vouched = call.certificate().is_some_and(|shown| shown.vouched);
    // One that stands for itself may be among the trusted ones, for the sake of §2.2. It can say any name.
    if !vouched || certificate.is_self_issued() {
        return Err(refused(IdentityFault::NotVouched));
    }
    if !certificate.is_good_at(call.now) {
        return Err(refused(IdentityFault::CertificateTime));
    }
    if names_it(&certificate, &client.metadata).map_err(refused)? {
        Ok(())
    } else {
        Err(refused(IdentityFault::OtherName))
    }
}

fn presented(call: &Call<'_>) -> Result<Certificate, IdentityFault> {
    let shown = call.certificate().ok_or(IdentityFault::NoCertificate)?;
    Certificate::read(&shown.der).ok_or(IdentityFault::BadCertificate)
}

/// §2.1.2: the one name of five that the client registered; with none, or more than one, no certificate is its.
fn names_it(certificate: &Certificate, registered: &Metadata) -> Result<bool, IdentityFault> {
    let names = (
        registered.tls_client_auth_subject_dn.as_deref(),
        registered.tls_client_auth_san_dns.as_deref(),
        registered.tls_client_auth_san_uri.as_deref(),
        registered.tls_client_auth_san_ip.as_deref(),
        registered.tls_client_auth_san_email.as_deref(),
    );
    if let (Some(subject), None, None, None, None) = names {
        return Ok(certificate.is_of(subject));
    }
    let alternatives = certificate.alternatives()?;
    Ok(match names {
        (None, Some(dns), None, None, None) => alternatives.has_dns(dns),
        (None, None, Some(uri), None, None) => alternatives.has_uri(uri),
        (None, None, None, Some(ip), None) => alternatives.has_ip(ip),
        (None, None, None, None, Some(email)) => alternatives.has_email(email),
        _ => false,
    })
}

fn refused(fault: IdentityFault) -> Fault {
    ClientFault::Identity(fault).into()
}

#[cfg(test)]
mod tests;
