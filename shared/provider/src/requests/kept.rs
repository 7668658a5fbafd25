//! What was pushed, as it is kept: it opens for whoever brings the name that it was given (RFC 9126 §2.2), of which only
//! the digest is kept. What stands in the table tells nothing, and opening costs no call.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use protocol::{Params, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::ports::PortError;
use crate::tenant::Sealed;

/// What the key is made for (RFC 5869 §3.2).
const FOR: &[u8] = b"latchkey pushed authorization request";

/// The parameters of a pushed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    /// Under a key that is made of the request's name: the nonce, then the ciphertext with its tag.
    Sealed {
        /// The bytes.
        sealed: Sealed,
    },
    /// As a form, as earlier versions kept them.
    Clear(Form),
}

/// A form that is shown to nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form(String);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Kept {
    /// Seals these for whoever has this name.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where the library fails.
    pub fn sealed(name: &Secret, params: &Params) -> Result<Self, PortError> {
        let key = key(name).ok_or_else(failed)?;
        let form = params.encode();
        let mut text = Zeroizing::new(Vec::with_capacity(form.len() + AES_256_GCM.tag_len()));
        text.extend_from_slice(form.as_bytes());
        let nonce = key.seal_in_place_append_tag(Aad::empty(), &mut *text);
        let nonce = nonce.map_err(|_| failed())?;
        Ok(Self::Sealed {
            sealed: Sealed([nonce.as_ref(), text.as_slice()].concat()),
        })
    }

    /// Opens them with this name.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where they are another name's.
    pub fn opened(&self, name: &Secret) -> Result<Params, Fault> {
        match self {
            Self::Clear(Form(form)) => Ok(Params::parse(form.as_bytes())?),
            Self::Sealed { sealed } => {
                let form = open(name, sealed).ok_or_else(failed)?;
                Ok(Params::parse(&form)?)
            }
        }
    }
}

fn open(name: &Secret, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.0.split_first_chunk::<NONCE_LEN>()?;
    let mut text = Zeroizing::new(text.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key(name)?.open_in_place(nonce, Aad::empty(), &mut text);
    let length = opened.ok()?.len();
    text.truncate(length);
    Some(text)
}

/// RFC 5869: the name is 32 random bytes in base64url behind a prefix that all have.
fn key(name: &Secret) -> Option<RandomizedNonceKey> {
    let made = Salt::new(HKDF_SHA256, &[]).extract(name.expose().as_bytes());
    let mut key = Zeroizing::new([0; 32]);
    let okm = made.expand(&[FOR], HKDF_SHA256).ok()?;
    okm.fill(&mut *key).ok()?;
    RandomizedNonceKey::new(&AES_256_GCM, &*key).ok()
}

fn failed() -> PortError {
    PortError::Corrupt("a pushed request that does not open".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Secret {
        Secret::new(format!("{}{text}", crate::requests::PUSHED_PREFIX))
    }

    #[test]
    fn what_is_pushed_opens_with_its_name_and_with_no_other() {
        let params = Params::parse(b"login_hint=ada&resource=a&resource=b").unwrap();
        let kept = Kept::sealed(&name("one"), &params).unwrap();
        let opened = kept.opened(&name("one")).unwrap();
        assert_eq!(opened.encode(), params.encode());
        assert!(kept.opened(&name("two")).is_err());
        let again = Kept::sealed(&name("one"), &params).unwrap();
        assert_ne!(again, kept, "each has a nonce of its own");
        let Kept::Sealed { sealed } = kept else {
            panic!("it is sealed");
        };
        for at in [0, 20, sealed.0.len() - 1] {
            let mut bytes = sealed.0.clone();
            bytes[at] ^= 1;
            let changed = Kept::Sealed {
                sealed: Sealed(bytes),
            };
            assert!(changed.opened(&name("one")).is_err(), "byte {at}");
        }
    }

    #[test]
    fn what_an_earlier_version_kept_can_be_read() {
        let kept: Kept = serde_json::from_str("\"login_hint=ada\"").unwrap();
        let opened = kept.opened(&name("any")).unwrap();
        assert_eq!(opened.optional("login_hint").unwrap(), Some("ada"));
        assert!(!format!("{kept:?}").contains("ada"));
    }

    #[test]
    fn neither_the_item_nor_debug_shows_a_parameter() {
        let params = Params::parse(b"login_hint=ada").unwrap();
        let kept = Kept::sealed(&name("one"), &params).unwrap();
        let item = serde_json::to_string(&kept).unwrap();
        let back: Kept = serde_json::from_str(&item).unwrap();
        assert_eq!(back, kept);
        assert!(!item.contains("ada") && !format!("{kept:?}").contains("ada"));
    }
}
