//! An e-mail address that can be written to.

use std::fmt;

use url::Host;

/// The longest local part and the longest address (RFC 5321 §4.5.3.1).
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

/// One address (RFC 5321 §4.1.2, without quoted local parts and literal hosts), its host in ASCII (RFC 5891). It has
/// nothing in it that a header could take for something else: no space, comma, bracket, quote or control character.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads one; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, host) = text.trim().rsplit_once('@')?;
        let atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atext);
        let good = local.len() <= LONGEST_LOCAL && local.split('.').all(atom);
        let Ok(Host::Domain(host)) = Host::parse(host) else {
            return None;
        };
        let labels = |host: &str| {
            host.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        };
        let address = format!("{local}@{host}");
        (good && labels(&host) && address.len() <= LONGEST).then_some(Self(address))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the same, whatever the case.
    pub fn is(&self, other: &str) -> bool {
        Self::parse(other).is_some_and(|other| other.0.eq_ignore_ascii_case(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// `atext` (RFC 5322 §3.2.3).
const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_is_written_to() {
        for (text, want) in [
            ("ada@example.com", "ada@example.com"),
            (" Ada.L+x@Example.COM ", "Ada.L+x@example.com"),
            ("o'neil@mail.example.org", "o'neil@mail.example.org"),
            ("ada@müller.example", "ada@xn--mller-kva.example"),
            ("root@localhost", "root@localhost"),
        ] {
            assert_eq!(
                Address::parse(text).as_ref().map(Address::as_str),
                Some(want),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_can_be_slipped_into_a_header_by_an_address() {
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example.com\r\nBcc: x@evil.example",
            "ada\r\n@example.com",
            "ada@exa mple.com",
            "ada@example.com, x@evil.example",
            "ada@example.com,x",
            "x,ada@example.com",
            "Ada <ada@example.com>",
            "<ada@example.com>",
            "\"a b\"@example.com",
            "a\0b@example.com",
            "ada@example.com>",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@a_b.example",
            "ada@@example.com",
            "a..b@example.com",
            ".a@example.com",
            "ädä@example.com",
            long.as_str(),
        ] {
            assert_eq!(Address::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_the_same_whatever_the_case() {
        let address = Address::parse("Ada@Example.com").unwrap();
        assert!(address.is("ada@EXAMPLE.com") && !address.is("ada@example.org") && !address.is(""));
    }
}
