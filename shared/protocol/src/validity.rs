//! Lifetimes as authentik writes them: `hours=1;minutes=5` (reference §8.2).

use crate::error::Malformed;
use crate::time::Seconds;

const FORM: Malformed = Malformed::Invalid(
    "validity",
    "parts like hours=1;minutes=5 of microseconds, milliseconds, seconds, minutes, hours, days and weeks",
);

/// Reads a lifetime. Parts are summed and the sum is cut to whole seconds; keys are of any case and unknown
/// ones are skipped, but one known key there must be.
///
/// # Errors
/// [`Malformed::Invalid`] where a part has no `=`, a value is no number, or nothing is left.
pub fn parse(text: &str) -> Result<Seconds, Malformed> {
    let mut microseconds: Option<i64> = None;
    for part in text.split(';') {
        let (key, value) = part.split_once('=').ok_or(FORM)?;
        let Some(unit) = unit(&key.trim().to_ascii_lowercase()) else {
            continue;
        };
        let span = scaled(value.trim(), unit).ok_or(FORM)?;
        microseconds = Some(microseconds.unwrap_or(0).checked_add(span).ok_or(FORM)?);
    }
    let sum = microseconds.filter(|sum| *sum >= 0).ok_or(FORM)?;
    Ok(Seconds(sum / 1_000_000))
}

/// Microseconds in one of this key.
fn unit(key: &str) -> Option<i64> {
    Some(match key {
        "microseconds" => 1,
        "milliseconds" => 1_000,
        "seconds" => 1_000_000,
        "minutes" => 60_000_000,
        "hours" => 3_600_000_000,
        "days" => 86_400_000_000,
        "weeks" => 604_800_000_000,
        _ => return None,
    })
}

/// A decimal number times a unit, without the rounding that floating point would bring.
fn scaled(number: &str, unit: i64) -> Option<i64> {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !only_digits(whole) || !only_digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let mut sum = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    if !fraction.is_empty() {
        let scale = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
        sum = sum.checked_add(fraction.parse::<i64>().ok()?.checked_mul(unit)? / scale)?;
    }
    Some(if negative { -sum } else { sum })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_summed_and_cut_to_seconds() {
        for (text, seconds) in [
            ("minutes=1", 60),
            ("hours=1;minutes=5", 3_900),
            ("Weeks=2", 1_209_600),
            ("hours=1.5", 5_400),
            ("milliseconds=2500", 2),
            ("seconds=10; unknown=3", 10),
            ("minutes=1;seconds=-10", 50),
            ("seconds=0", 0),
        ] {
            assert_eq!(parse(text), Ok(Seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn a_part_without_value_or_a_text_without_parts_is_refused() {
        for bad in [
            "",
            "hours",
            "hours=1;",
            "fortnights=1",
            "hours=x",
            "hours=",
            "seconds=-1",
            "weeks=99999999999",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
