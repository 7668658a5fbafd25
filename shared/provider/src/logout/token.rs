//! Logout tokens (Back-Channel Logout 1.0 §2.4).

use protocol::{Seconds, Timestamp};
use serde_json::json;

use crate::claims::Claims;
use crate::entropy::{Entropy, alphanumeric};
use crate::ports::Notice;

/// `typ`: a logout token is nothing else (§2.4, RFC 8725 §3.11).
pub(super) const TYP: &str = "logout+jwt";

/// §2.4: preferably at most two minutes in the future.
const LIFETIME: Seconds = Seconds(120);

/// The one event there is (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Its claims: both `sub` and `sid`, and no `nonce`, which §2.4 prohibits.
pub(super) fn claims(notice: &Notice, entropy: &dyn Entropy, now: Timestamp) -> Claims {
    let Notice {
        session,
        client,
        visit,
        ..
    } = notice;
    let claims = [
        ("iss", json!(visit.iss)),
        ("sub", json!(visit.sub)),
        ("aud", json!(client)),
        ("iat", json!(now.unix())),
        ("exp", json!((now + LIFETIME).unix())),
        ("jti", json!(alphanumeric(entropy, 32))),
        ("sid", json!(session.sid(&visit.iss, client))),
        ("events", json!({ EVENT: {} })),
    ];
    let claims = claims.map(|(name, value)| (name.to_owned(), value));
    claims.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use protocol::{ClientId, TenantId, UserId};

    use super::*;
    use crate::entropy::System;
    use crate::session::{SessionId, Visit};

    #[test]
    fn backchannel_2_4_a_logout_token_has_what_it_must_and_no_nonce() {
        let now = Timestamp::from_unix(1_000);
        let client = ClientId::parse("rp").unwrap();
        let session = SessionId(uuid::Uuid::from_u128(7));
        let notice = Notice {
            tenant: TenantId::parse("main").unwrap(),
            user: UserId::from_random([1; 16]),
            session,
            client: client.clone(),
            visit: Visit {
                at: now,
                iss: "https://id.example.com/".to_owned(),
                sub: "somebody".to_owned(),
                front: false,
                back: true,
            },
        };
        let claims = claims(&notice, &System::default(), now);
        assert_eq!(claims["iss"], "https://id.example.com/");
        assert_eq!(claims["aud"], "rp");
        assert_eq!(claims["sub"], "somebody");
        assert_eq!(
            claims["sid"],
            session.sid("https://id.example.com/", &client)
        );
        assert_eq!(
            (&claims["iat"], &claims["exp"]),
            (&json!(1_000), &json!(1_120))
        );
        assert_eq!(claims["events"][EVENT], json!({}));
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
        assert_eq!(claims.get("nonce"), None);
    }
}
