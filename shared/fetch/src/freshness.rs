//! How long an answer may be kept, as its host says (RFC 9111 §4.2.1, §5.1, §5.2.2).

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};
use protocol::Seconds;

/// The lifetime that is left; `None` where nothing is said. What must not be kept, or asked about each time, has none.
pub(crate) fn fresh_for(headers: &HeaderMap) -> Option<Seconds> {
    let lines = headers.get_all(CACHE_CONTROL).into_iter();
    let text: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let directives: Vec<(String, &str)> = text
        .iter()
        .flat_map(|line| line.split(','))
        .map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            (
                name.trim().to_ascii_lowercase(),
                value.trim().trim_matches('"'),
            )
        })
        .collect();
    let find = |wanted: &str| directives.iter().find(|(name, _)| name == wanted);
    if ["no-store", "no-cache", "private"]
        .iter()
        .any(|name| find(name).is_some())
    {
        return Some(Seconds(0));
    }
    let (_, life) = find("s-maxage").or_else(|| find("max-age"))?;
    let life: i64 = life.parse().ok()?;
    let age = headers
        .get(AGE)
        .and_then(|age| age.to_str().ok()?.parse::<i64>().ok());
    Some(Seconds(
        life.saturating_sub(age.unwrap_or_default().max(0)).max(0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(control: &'static str, age: Option<&'static str>) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, control.parse().unwrap());
        if let Some(age) = age {
            headers.insert(AGE, age.parse().unwrap());
        }
        fresh_for(&headers).map(|seconds| seconds.0)
    }

    #[test]
    fn rfc9111_4_2_1_the_lifetime_is_what_the_host_says_less_its_age() {
        for (control, age, want) in [
            ("max-age=600", None, Some(600)),
            ("public, Max-Age=\"600\"", Some("100"), Some(500)),
            ("max-age=600, s-maxage=60", None, Some(60)),
            ("max-age=600", Some("700"), Some(0)),
            ("no-store, max-age=600", None, Some(0)),
            ("no-cache", None, Some(0)),
            ("private, max-age=600", None, Some(0)),
            ("max-age=soon", None, None),
            ("public", None, None),
        ] {
            assert_eq!(of(control, age), want, "{control}");
        }
        assert_eq!(fresh_for(&HeaderMap::new()), None);
    }
}
