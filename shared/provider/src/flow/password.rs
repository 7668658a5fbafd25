//! Passwords: Argon2id (RFC 9106).

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use protocol::Secret;

use crate::entropy::Entropy;
use crate::ports::PortError;

/// Memory in KiB, passes and lanes: 19 MiB, 2, 1 (OWASP's first choice for Argon2id).
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// A hash of nobody's password at [`COST`]: checking against it takes as long as checking against a real
/// one, so that time does not tell whether an account exists.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$\
                      bm9ib2R5J3MgcGFzc3dvcmQgaGFzaCBpcyB0aGlzIDE";

fn hasher() -> Result<Argon2<'static>, PortError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|e| corrupt(&e))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a new password, in PHC form.
///
/// # Errors
/// [`PortError::Corrupt`] where the parameters are not Argon2's.
pub fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, PortError> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|e| corrupt(&e))?;
    let hash = hasher()?.hash_password(password.expose().as_bytes(), &salt);
    Ok(hash.map_err(|e| corrupt(&e))?.to_string())
}

/// Whether this is the password. `None` for a user who does not exist or has none: takes as long, and is
/// never right.
///
/// # Errors
/// [`PortError::Corrupt`] where the stored hash cannot be read.
pub fn verify(password: &Secret, stored: Option<&str>) -> Result<bool, PortError> {
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|e| corrupt(&e))?;
    let right = hasher()?
        .verify_password(password.expose().as_bytes(), &hash)
        .is_ok();
    Ok(right && stored.is_some())
}

fn corrupt(error: &dyn std::fmt::Display) -> PortError {
    PortError::Corrupt(format!("password hash: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::System;

    #[test]
    fn only_the_password_verifies() {
        let stored = hash(&Secret::new("correct horse"), &System::default()).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(
            verify(&Secret::new("correct horse"), Some(&stored)),
            Ok(true)
        );
        assert_eq!(
            verify(&Secret::new("correct horsf"), Some(&stored)),
            Ok(false)
        );
        assert_eq!(verify(&Secret::new(""), Some(&stored)), Ok(false));
    }

    #[test]
    fn nobody_has_no_password_and_their_check_costs_the_same() {
        assert_eq!(verify(&Secret::new("anything"), None), Ok(false));
        let real = hash(&Secret::new("x"), &System::default()).unwrap();
        let (real, nobody) = (
            PasswordHash::new(&real).unwrap(),
            PasswordHash::new(NOBODY).unwrap(),
        );
        assert_eq!(real.params.to_string(), nobody.params.to_string());
        assert_eq!(real.hash.unwrap().len(), nobody.hash.unwrap().len());
    }

    #[test]
    fn a_hash_that_cannot_be_read_is_our_failure_and_not_a_wrong_password() {
        assert!(verify(&Secret::new("x"), Some("plain")).is_err());
    }
}
