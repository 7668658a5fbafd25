//! Names in certificates, compared (RFC 8705 §2.1.2).

use std::net::IpAddr;
use std::str::FromStr as _;

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::Tagged as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RelativeDistinguishedName};

/// A distinguished name.
pub(crate) struct DirectoryName(Name);

impl DirectoryName {
    /// Reads one as RFC 4514 writes it: the last part first.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let name = Name::from_str(text).ok()?;
        (!name.is_empty()).then_some(Self(name))
    }

    /// Whether both are the same parts in the same order. Values are compared as text, byte for byte: which of ASN.1's
    /// kinds of text a certificate has them in, RFC 4514 does not write.
    pub(super) fn is(&self, other: &Name) -> bool {
        let (ours, theirs) = (&self.0.0, &other.0);
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same_part(a, b))
    }
}

/// The pairs of a part have no order (RFC 4514 §2.2).
fn same_part(a: &RelativeDistinguishedName, b: &RelativeDistinguishedName) -> bool {
    let covers = |a: &RelativeDistinguishedName, b: &RelativeDistinguishedName| {
        a.0.iter()
            .all(|pair| b.0.iter().any(|other| same_pair(pair, other)))
    };
    a.0.len() == b.0.len() && covers(a, b) && covers(b, a)
}

fn same_pair(a: &AttributeTypeAndValue, b: &AttributeTypeAndValue) -> bool {
    let texts = is_text(a) && is_text(b);
    a.oid == b.oid && a.value.value() == b.value.value() && (texts || a.value == b.value)
}

/// Whether the value's bytes are its text in UTF-8: kinds that write it otherwise match nothing but themselves.
fn is_text(pair: &AttributeTypeAndValue) -> bool {
    use x509_cert::der::Tag;
    matches!(
        pair.value.tag(),
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String
    )
}

/// `subjectAltName` (RFC 5280 §4.2.1.6).
pub(super) struct Alternatives(pub(super) Vec<GeneralName>);

impl Alternatives {
    /// Host names have no case (RFC 5280 §7.2).
    pub(super) fn has_dns(&self, wanted: &str) -> bool {
        self.any(
            |name| matches!(name, GeneralName::DnsName(dns) if dns.as_str().eq_ignore_ascii_case(wanted)),
        )
    }

    /// Byte for byte.
    pub(super) fn has_uri(&self, wanted: &str) -> bool {
        self.any(|name| matches!(name, GeneralName::UniformResourceIdentifier(uri) if uri.as_str() == wanted))
    }

    /// Binary, as there are many ways to write an address of IPv6 (RFC 8705 §2.1.2).
    pub(super) fn has_ip(&self, wanted: &str) -> bool {
        let octets = match wanted.parse() {
            Ok(IpAddr::V4(address)) => address.octets().to_vec(),
            Ok(IpAddr::V6(address)) => address.octets().to_vec(),
            Err(_) => return false,
        };
        self.any(
            |name| matches!(name, GeneralName::IpAddress(address) if address.as_bytes() == octets),
        )
    }

    /// Byte for byte.
    pub(super) fn has_email(&self, wanted: &str) -> bool {
        self.any(|name| matches!(name, GeneralName::Rfc822Name(email) if email.as_str() == wanted))
    }

    fn any(&self, is: impl Fn(&GeneralName) -> bool) -> bool {
        self.0.iter().any(is)
    }
}

/// Whether it is an address as RFC 8705 §2.1.2 writes one.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
