//! Randomness, handed in so that tests can say what it is.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct System(SystemRandom);

impl Entropy for System {
    #[allow(
        clippy::expect_used,
        reason = "without randomness there is nothing safe left to do"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        self.0
            .fill(buffer)
            .expect("the system's random generator works");
    }
}

/// Random letters and digits, each as likely as the other.
pub fn alphanumeric(entropy: &dyn Entropy, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::with_capacity(length);
    let mut pool = [0; 64];
    while text.len() < length {
        entropy.fill(&mut pool);
        // Values past the last whole multiple of 62 would favour the first letters.
        let fair = pool
            .iter()
            .filter(|b| **b < 248)
            .map(|b| usize::from(*b) % ALPHABET.len());
        let letters = fair
            .filter_map(|at| ALPHABET.get(at))
            .map(|b| char::from(*b));
        text.extend(letters.take(length - text.len()));
    }
    text
}

/// A generator for tests: every byte is the same.
#[cfg(test)]
pub(crate) struct Fixed(pub(crate) u8);

#[cfg(test)]
impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphanumeric_text_has_its_length_and_alphabet_and_differs() {
        let (a, b) = (
            alphanumeric(&System::default(), 40),
            alphanumeric(&System::default(), 40),
        );
        assert_eq!(a.len(), 40);
        assert!(a.bytes().all(|b| b.is_ascii_alphanumeric()), "{a}");
        assert_ne!(a, b);
    }
}
