//! What may stand in lines: names, addresses, numbers, days.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde_json::Value;

use super::check::Wrong;
use crate::locale::Locale;
use crate::mail::Address;

/// The longest user name in characters (Django's), and the longest login in bytes (RFC 5321 §4.5.3.1.3).
const LONGEST_NAME: usize = 150;
const LONGEST_LOGIN: usize = 254;

/// Free text; several lines where `lines`.
pub(super) fn bounded(given: String, longest: usize, lines: bool) -> Result<Value, Wrong> {
    if given.chars().count() > longest {
        return Err(Wrong("max_length", "This is too long. Shorten it."));
    }
    let allowed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\r' | '\t'));
    if !given.chars().all(allowed) {
        return Err(Wrong("invalid", "Use characters that can be seen only."));
    }
    Ok(given.into())
}

/// A user name: no blanks, nothing that cannot be seen.
pub(in crate::executor::stages) fn username(given: String) -> Result<String, Wrong> {
    if given.chars().count() > LONGEST_NAME || given.len() > LONGEST_LOGIN {
        return Err(Wrong("max_length", "This is too long for a username."));
    }
    if given.is_empty() || given.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Wrong("invalid", "A username has no blanks in it."));
    }
    Ok(given)
}

/// An address somebody could have mail at. Whether they do, a mail tells.
pub(in crate::executor::stages) fn email(given: String) -> Result<String, Wrong> {
    if is_address(&given) {
        Ok(given)
    } else {
        Err(Wrong(
            "invalid",
            "Enter an email address, such as anna@example.com.",
        ))
    }
}

fn is_address(text: &str) -> bool {
    let host = text
        .rsplit_once('@')
        .map(|(_, host)| host)
        .unwrap_or_default();
    let whole = host.split('.').all(|label| !label.is_empty());
    let public = host.contains('.') || host == "localhost";
    whole && public && text.len() <= LONGEST_LOGIN && Address::parse(text).is_some()
}

/// A whole number; `1.0` is one, too.
pub(super) fn number(given: &str) -> Result<Value, Wrong> {
    let whole = match given.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|b| b == b'0') => whole,
        Some(_) | None => given,
    };
    let number: Result<i64, _> = whole.parse();
    number
        .map(Value::from)
        .map_err(|_| Wrong("invalid", "Enter a whole number."))
}

/// A day (ISO 8601), as text.
pub(super) fn date(given: &str) -> Result<Value, Wrong> {
    let day = NaiveDate::parse_from_str(given, "%Y-%m-%d");
    let day = day.map_err(|_| {
        Wrong(
            "invalid",
            "Enter a date as year-month-day, such as 2026-01-31.",
        )
    })?;
    Ok(day.format("%Y-%m-%d").to_string().into())
}

/// A day and time (ISO 8601), as RFC 3339 in UTC; without a zone it is in UTC.
pub(super) fn moment(given: &str) -> Result<Value, Wrong> {
    let zoned = DateTime::parse_from_rfc3339(given).map(|moment| moment.naive_utc());
    let forms = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
    ];
    let mut local = forms
        .iter()
        .map(|form| NaiveDateTime::parse_from_str(given, form).ok());
    let day = || {
        NaiveDate::parse_from_str(given, "%Y-%m-%d")
            .ok()
            .map(|day| day.and_time(NaiveTime::MIN))
    };
    let moment = zoned
        .ok()
        .or_else(|| local.find_map(|found| found))
        .or_else(day);
    let moment: DateTime<Utc> = moment
        .ok_or(Wrong(
            "invalid",
            "Enter a date and time, such as 2026-01-31T12:00.",
        ))?
        .and_utc();
    Ok(moment.to_rfc3339_opts(SecondsFormat::Secs, true).into())
}

/// A language that there are texts in, by its tag.
pub(super) fn language(given: &str) -> Result<Value, Wrong> {
    let known = Locale::parse(given);
    let known = known.ok_or(Wrong("invalid_choice", "There is no such language here."))?;
    Ok(known.tag().into())
}
