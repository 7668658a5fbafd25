//! What people go by at clients: `sub` (reference §4.2, OpenID Connect Core §8).

use protocol::Digest;
use serde_json::json;

use crate::client::{Client, SubMode};
use crate::tenant::Tenant;
use crate::user::Subject;

/// The `sub` of a user at this client.
pub fn sub(tenant: &Tenant, client: &Client, subject: &Subject) -> String {
    sub_in(tenant, client.sector().as_deref(), client.sub_mode, subject)
}

/// The `sub` of a user in this sector; in none, as the mode has it.
pub fn sub_in(tenant: &Tenant, sector: Option<&str>, mode: SubMode, subject: &Subject) -> String {
    match sector {
        Some(sector) => pairwise(tenant, sector, subject),
        None => public(tenant, mode, subject),
    }
}

/// OpenID Connect Core §8.1: nobody who does not know the salt can tell that two of them are the same person's.
fn pairwise(tenant: &Tenant, sector: &str, subject: &Subject) -> String {
    // As a list: no two lists of texts are written alike.
    let parts = json!([sector, subject.id.to_string(), tenant.subject_salt]);
    Digest::of(parts.to_string().as_bytes()).encode()
}

/// The `sub` that is the same at all clients of this mode.
///
/// Who has no address or `upn` gets the hash: all of them with the `sub` "" would be one person to their clients.
fn public(tenant: &Tenant, mode: SubMode, subject: &Subject) -> String {
    let given = |name: Option<&String>| {
        let name = name.filter(|name| !name.is_empty());
        name.map_or_else(|| hashed(tenant, subject), Clone::clone)
    };
    match mode {
        SubMode::HashedUserId => hashed(tenant, subject),
        SubMode::UserId => subject.pk.to_string(),
        SubMode::UserUuid => subject.id.to_string(),
        SubMode::UserUsername => subject.username.clone(),
        SubMode::UserEmail => given(Some(&subject.email)),
        SubMode::UserUpn => given(subject.upn.as_ref()),
    }
}

/// Hex SHA-256 of user number and installation, authentik's `hashed_user_id` and `uid`.
pub fn hashed(tenant: &Tenant, subject: &Subject) -> String {
    hashed_pk(tenant, subject.pk)
}

/// The same of the user with this number.
pub fn hashed_pk(tenant: &Tenant, pk: u64) -> String {
    hex(&hash_of_pk(tenant, pk))
}

/// The same before it is written down: to try out many.
pub(crate) fn hash_of_pk(tenant: &Tenant, pk: u64) -> Digest {
    let text = format!("{pk}-{}", tenant.subject_salt);
    Digest::of(text.as_bytes())
}

/// Reads what [`hex`] has written; `None` for anything else.
pub(crate) fn read_hash(hex: &str) -> Option<[u8; 32]> {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if hex.len() != 64 || !hex.bytes().all(is_digit) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A digest in hexadecimal.
pub(crate) fn hex(digest: &Digest) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    let digits = digest.as_bytes().iter();
    digits
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::tests::subject;
    use crate::scripts::testing::tenant;

    #[test]
    fn oidc_core_8_1_a_pairwise_sub_is_the_same_in_a_sector_and_no_other_ones() {
        let (tenant, ada) = (tenant(), subject());
        let of = |sector| sub_in(&tenant, sector, SubMode::UserUsername, &ada);
        let there = of(Some("a.example"));
        assert_eq!(there, of(Some("a.example")));
        assert_ne!(there, of(Some("b.example")));
        assert_ne!(there, of(None), "and does not say who it is");
        assert_eq!(
            there.len(),
            43,
            "OpenID Connect Core §2: at most 255 of ASCII"
        );
        let mut salted = (*tenant).clone();
        salted.subject_salt = "another".into();
        let elsewhere = sub_in(&salted, Some("a.example"), SubMode::UserUsername, &ada);
        assert_ne!(there, elsewhere);
    }

    #[test]
    fn sub_is_what_the_clients_mode_says() {
        let (tenant, mut ada) = (tenant(), subject());
        // sha256("7-salt")
        let hashed = public(&tenant, SubMode::HashedUserId, &ada);
        assert_eq!(hashed, hex(&Digest::of(b"7-salt")));
        for (mode, wanted) in [
            (SubMode::UserId, "7".to_owned()),
            (SubMode::UserUuid, ada.id.to_string()),
            (SubMode::UserUsername, "ada".to_owned()),
            (SubMode::UserEmail, "ada@example.com".to_owned()),
            (SubMode::UserUpn, hashed),
        ] {
            assert_eq!(public(&tenant, mode, &ada), wanted, "{mode:?}");
        }
        ada.upn = Some("ada@corp".into());
        assert_eq!(public(&tenant, SubMode::UserUpn, &ada), "ada@corp");
    }

    #[test]
    fn a_hash_reads_back_and_nothing_else_does() {
        let tenant = tenant();
        let written = hashed_pk(&tenant, 7);
        let bytes = |pk| Some(*hash_of_pk(&tenant, pk).as_bytes());
        assert_eq!(read_hash(&written), bytes(7));
        assert_ne!(read_hash(&written), bytes(8));
        for bad in [
            "",
            "ada",
            &written[1..],
            &written.to_uppercase(),
            &format!("+{}", &written[1..]),
        ] {
            assert_eq!(read_hash(bad), None, "{bad}");
        }
    }

    #[test]
    fn nobody_shares_an_empty_sub() {
        let (tenant, mut ada) = (tenant(), subject());
        (ada.email, ada.upn) = (String::new(), Some(String::new()));
        for mode in [SubMode::UserEmail, SubMode::UserUpn] {
            assert_eq!(
                public(&tenant, mode, &ada),
                hashed(&tenant, &ada),
                "{mode:?}"
            );
        }
    }
}
