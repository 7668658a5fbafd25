//! Codes of an authenticator app: TOTP (RFC 6238) with HMAC-SHA-1 and steps of 30 seconds, which is what every app
//! can do.

use totp_rs::{Algorithm, Builder, Totp, TotpError};
use zeroize::Zeroizing;

/// Seconds a code is shown (RFC 6238 §5.2).
pub const STEP_SECONDS: u64 = 30;

/// Steps before and after the present one whose code is taken, as clocks differ and people type slowly
/// (RFC 6238 §5.2).
const TOLERANCE: u64 = 1;

/// Fewest bytes of a secret: 128 bits (RFC 4226 §4, R6).
const FEWEST_BYTES: usize = 16;

/// The secret an app shares with us. It is not printed; its bytes are wiped when it is dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

/// How long a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// Six.
    Six,
    /// Eight.
    Eight,
}

/// Makes a secret of 160 random bits, as RFC 4226 §4 recommends.
pub fn new_secret(random: [u8; 20]) -> Secret {
    Secret(Zeroizing::new(random.to_vec()))
}

impl Secret {
    /// Reads a secret that was stored; `None` if it has less than 128 bits.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= FEWEST_BYTES).then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    /// To be sealed and stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In base32 without padding (RFC 4648 §6), for those who type it.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(totp_rs::Secret::from(self.0.to_vec()).to_base32())
    }

    fn builder(&self, digits: Digits) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(digits.count())
            .with_step_duration(STEP_SECONDS)
            .with_skew(0)
            .with_secret(self.0.to_vec())
    }

    fn totp(&self, digits: Digits) -> Result<Totp, TotpError> {
        self.builder(digits).build()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Digits {
    /// As stages and devices have it: 6 or 8.
    pub fn from_count(count: u8) -> Option<Self> {
        match count {
            6 => Some(Self::Six),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    /// 6 or 8.
    pub fn count(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }
}

/// The `otpauth://totp/…` URL an app reads from a QR code (the Key URI format). What it leaves out is what the
/// format takes for granted: SHA-1, 30 seconds, and 6 digits. It holds the secret.
///
/// The format parts issuer and account by a colon, which neither may have: it becomes a space.
pub fn config_url(
    issuer: &str,
    account: &str,
    secret: &Secret,
    digits: Digits,
) -> Zeroizing<String> {
    let issuer = label(issuer);
    let account = label(account);
    let url = secret
        .builder(digits)
        .with_issuer((!issuer.is_empty()).then_some(issuer))
        .with_account_name(if account.is_empty() {
            "account".to_owned()
        } else {
            account
        })
        .build()
        .and_then(|totp| totp.to_url());
    // It fails for a short secret, other digits, a colon or no account: none of which can be.
    Zeroizing::new(url.unwrap_or_default())
}

/// The text without colons and the spaces around them.
fn label(text: &str) -> String {
    let words = text.split([':', ' ']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The step the code is of, if it is one of this step, the one before or the one after, and was not used.
///
/// `code` may be typed with spaces. `now_unix` is in seconds. `last_step` is what the last call answered: no code of
/// it or before is taken, since a code is good for once (RFC 6238 §5.2). The answer is to be stored by a write that
/// is conditional on `last_step`. Codes are compared in constant time.
pub fn verify(
    secret: &Secret,
    code: &str,
    digits: Digits,
    now_unix: u64,
    last_step: Option<u64>,
) -> Option<u64> {
    let code: Zeroizing<String> =
        Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).collect());
    let totp = secret.totp(digits).ok()?;
    let now = now_unix / STEP_SECONDS;
    (now.saturating_sub(TOLERANCE)..=now.saturating_add(TOLERANCE))
        .filter(|step| last_step.is_none_or(|last| *step > last))
        .find(|step| {
            let second = step.checked_mul(STEP_SECONDS);
            second.is_some_and(|second| totp.check(&code, second).is_some())
        })
}
