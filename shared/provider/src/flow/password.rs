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
/// never right. Nor is a hash that cannot be read, as one from elsewhere: answered otherwise, it would tell that there is
/// such an account.
///
/// # Errors
/// [`PortError::Corrupt`] where the parameters are not Argon2's.
pub fn verify(password: &Secret, stored: Option<&str>) -> Result<bool, PortError> {
    let readable = stored.and_then(|stored| PasswordHash::new(stored).ok().filter(is_argon2));
    if stored.is_some() && readable.is_none() {
        tracing::error!(
            event = "password_unreadable",
            "a stored hash is none of Argon2: its owner cannot sign in"
        );
    }
    let known = readable.is_some();
    let hash = match readable {
        Some(hash) => hash,
        None => PasswordHash::new(NOBODY).map_err(|e| corrupt(&e))?,
    };
    let right = hasher()?
        .verify_password(password.expose().as_bytes(), &hash)
        .is_ok();
    Ok(right && known)
}

/// Whether a password can be checked against it, which takes its time.
fn is_argon2(hash: &PasswordHash<'_>) -> bool {
    let whole = hash.salt.is_some() && hash.hash.is_some();
    whole && Algorithm::try_from(hash.algorithm).is_ok() && Params::try_from(hash).is_ok()
}

/// Whether this text is a hash as [`hash`] makes them, now or with an earlier cost, and not a password: no other
/// reads so, and one that would take more memory or time to check is none of ours.
pub fn is_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else {
        return false;
    };
    let bearable =
        |cost: Params| cost.m_cost() <= 4 * COST.0 && cost.t_cost() <= 10 && cost.p_cost() <= 4;
    let argon2id = hash.algorithm == Algorithm::Argon2id.ident() && hash.hash.is_some();
    argon2id && Params::try_from(&hash).is_ok_and(bearable)
}

/// Whether a stored hash was made at another cost than new ones are.
pub fn is_outdated(stored: &str) -> bool {
    let wanted = hasher().ok().map(|hasher| hasher.params().clone());
    let params = PasswordHash::new(stored)
        .ok()
        .map(|hash| Params::try_from(&hash));
    match (params, wanted) {
        (Some(Ok(params)), Some(wanted)) => {
            let cost = |p: &Params| (p.m_cost(), p.t_cost(), p.p_cost());
            cost(&params) != cost(&wanted) || !stored.starts_with("$argon2id$v=19$")
        }
        (Some(Err(_)) | None, _) | (_, None) => false,
    }
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
    fn a_hash_is_told_from_a_password_and_from_one_that_would_take_all_memory() {
        let real = hash(&Secret::new("x"), &System::default()).unwrap();
        assert!(is_hash(&real));
        assert!(
            is_hash(&real.replace("m=19456", "m=12288")),
            "of an earlier cost"
        );
        let huge = real.replace("m=19456", "m=4194304");
        let long = real.replace("t=2", "t=1000");
        let other = real.replace("argon2id", "argon2i");
        for text in [
            "",
            "password",
            "$argon2id$",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            &huge,
            &long,
            &other,
        ] {
            assert!(!is_hash(text), "{text}");
        }
    }

    #[test]
    fn a_hash_of_another_cost_is_outdated() {
        let stored = hash(&Secret::new("x"), &System::default()).unwrap();
        assert!(!is_outdated(&stored));
        assert!(is_outdated(&stored.replace("t=2", "t=1")));
        assert!(!is_outdated("plain"), "nobody can tell");
    }

    #[test]
    fn a_hash_that_cannot_be_read_is_answered_as_a_wrong_password() {
        let django = "pbkdf2_sha256$870000$c2FsdA$bm9ib2R5J3MgcGFzc3dvcmQ=";
        let other = "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHQ$bm9ib2R5J3MgcGFzc3dvcmQ";
        let cut = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ";
        for stored in ["plain", "", django, other, cut, NOBODY] {
            let right = verify(&Secret::new("x"), Some(stored));
            assert_eq!(right, Ok(false), "{stored}");
        }
    }
}
