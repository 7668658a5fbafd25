//! A browser in words.

/// Browser and system of a `User-Agent` (RFC 9110 §10.1.5), such as `Firefox, Linux`; empty where neither is known.
/// It is a help for the eye, so a guess is good enough.
pub fn browser_name(agent: &str) -> String {
    let words = browser_and_system(agent);
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The same as two words.
pub fn browser_and_system(agent: &str) -> [Option<&'static str>; 2] {
    // Those that pretend to be others stand before them.
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |table: &[(&str, &'static str)]| {
        let found = table.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    [named(&BROWSERS), named(&SYSTEMS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36";
        assert_eq!(browser_name(chrome), "Chrome, Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser_name(phone), "Safari, iPhone");
        assert_eq!(browser_name("<script>"), "");
    }
}
