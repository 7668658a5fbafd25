//! Recovery codes: printed or written down, and each used once.
//!
//! Their letters are Crockford's base32 in small: 32 of them, so that a code of n letters has 5·n bits, and without
//! i, l, o (which are read as 1 and 0) and u.

use protocol::{Digest, UserId};

/// The letters.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// So many codes, of so many letters each. `random` fills a buffer with random bytes.
///
/// 12 letters (60 bits) cannot be guessed, neither at our door nor from a hash that leaks.
pub fn generate(count: usize, length: usize, mut random: impl FnMut(&mut [u8])) -> Vec<String> {
    let mut bytes = vec![0; length];
    let mut code = || {
        random(&mut bytes);
        bytes.iter().map(|byte| letter(*byte)).collect()
    };
    (0..count).map(|_| code()).collect()
}

/// 256 is a multiple of 32: each letter is as likely as the others.
fn letter(byte: u8) -> char {
    let letter = ALPHABET.get(usize::from(byte) % ALPHABET.len());
    char::from(*letter.unwrap_or(&b'0'))
}

/// What is kept of somebody's code, however it is typed.
pub fn digest(user: UserId, typed: &str) -> Digest {
    Digest::of(format!("{user}:{}", normalise(typed)).as_bytes())
}

/// What was typed, as [`generate`] wrote it: in small, without spaces and hyphens, and with 0 and 1 for the letters
/// taken for them. Other characters stay, so that what was never a code does not become one.
pub fn normalise(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let small = kept.map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    small.collect()
}
