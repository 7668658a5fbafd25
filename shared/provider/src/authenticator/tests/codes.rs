//! Recovery codes.

use crate::authenticator::codes::{generate, normalise};

#[test]
fn a_code_is_made_of_its_random_bytes() {
    let mut next = 0;
    let codes = generate(2, 16, |buffer| {
        for byte in buffer {
            *byte = next;
            next += 1;
        }
    });
    assert_eq!(codes, ["0123456789abcdef", "ghjkmnpqrstvwxyz"]);
    let high = generate(1, 4, |buffer| buffer.copy_from_slice(&[32, 63, 224, 255]));
    assert_eq!(high, ["0z0z"]);
    assert!(generate(0, 12, |_| ()).is_empty());
}

#[test]
fn what_is_typed_is_read_as_it_was_meant() {
    assert_eq!(normalise(" 0123-4567 89AB\tCDEF\n"), "0123456789abcdef");
    assert_eq!(normalise("OoIiLl"), "001111");
    for code in generate(20, 12, |buffer| buffer.fill(77)) {
        assert_eq!(normalise(&code), code);
    }
}

#[test]
fn what_was_never_a_code_does_not_become_one() {
    assert_eq!(normalise("ab_u!é"), "ab_u!é");
    assert_eq!(normalise(" - "), "");
}
