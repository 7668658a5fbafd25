//! JWTs, proofs and key sets of others (RFC 7515, RFC 7517, RFC 9449).

use protocol::{Secret, Timestamp};
use provider::jwt::{KeySet, Unverified, is_for, moment, object};

use crate::fixture::{KEYS, NOW, PROOF, THUMBPRINT, TOKEN, URL};
use crate::{chosen_text, two};

const READERS: u8 = 5;

/// JWTs and key sets.
pub fn jwts(data: &[u8]) {
    let Some((reader, text)) = chosen_text(data, READERS) else {
        return;
    };
    match reader {
        0 => signed(text),
        1 => keys(text),
        2 => proof(text),
        3 => members(text),
        _ => {
            // A key set and a JWT for it, both a stranger's.
            let (set, token) = two(text);
            let keys = KeySet::parse(set.as_bytes());
            if let (Ok(keys), Ok(jwt)) = (keys, Unverified::parse(token)) {
                let _ = jwt.verified(&keys);
            }
        }
    }
}

/// Nothing holds that the key did not sign.
fn signed(text: &str) {
    let Ok(jwt) = Unverified::parse(text) else {
        return;
    };
    assert!(
        text.starts_with(jwt.signed()),
        "what was signed is what came"
    );
    let _ = (
        jwt.kid(),
        jwt.is_typed("dpop+jwt"),
        is_for(jwt.claims(), |name| name == URL),
    );
    let Ok(keys) = KeySet::parse(KEYS.as_bytes()) else {
        return;
    };
    let good = TOKEN.rsplit_once('.').map(|(signed, _)| signed);
    if jwt.verified(&keys).is_ok() {
        assert_eq!(Some(jwt.signed()), good, "a forgery");
    }
}

/// A key set is read alike from the bytes and from the object in them. (Of a member that stands twice the last counts, as RFC 7517
/// §4 allows.)
fn keys(text: &str) {
    let Ok(keys) = KeySet::parse(text.as_bytes()) else {
        return;
    };
    let value = serde_json::from_str::<serde_json::Value>(text);
    let again = value.ok().and_then(|value| KeySet::read(&value).ok());
    let again = again.map(|again| again.knows(None));
    assert_eq!(again, Some(keys.knows(None)));
    if let Ok(jwt) = Unverified::parse(TOKEN) {
        let _ = jwt.verified(&keys);
    }
}

/// A proof holds for the one key that could sign it, at the one URL, with the one token.
fn proof(text: &str) {
    let now = Timestamp::from_unix(NOW);
    let token = Secret::new("token");
    let Some(thumbprint) = provider::dpop::fuzzing::thumbprint(text, URL, Some(&token), now) else {
        return;
    };
    // Who has no key cannot make another: what holds is the proof of the corpus, signed as it was.
    assert_eq!(thumbprint, THUMBPRINT);
    let signed = |text: &str| text.rsplit_once('.').map(|(signed, _)| signed.to_owned());
    assert_eq!(signed(text), signed(PROOF));
    let elsewhere = format!("{URL}x");
    let other = provider::dpop::fuzzing::thumbprint(text, &elsewhere, Some(&token), now);
    assert_eq!(other, None, "RFC 9449 §4.3, item 9");
}

/// JSON in which no member stands twice says the same when it is written again.
fn members(text: &str) {
    let Some(read) = object(text.as_bytes()) else {
        return;
    };
    let _ = (moment(&read, "exp"), is_for(&read, |name| name == URL));
    let written = serde_json::to_vec(&read).unwrap_or_default();
    assert_eq!(object(&written), Some(read));
}
