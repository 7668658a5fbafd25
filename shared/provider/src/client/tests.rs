//! Redirect rules.

use super::*;

fn rule(matching_mode: MatchingMode, url: &str) -> RedirectRule {
    RedirectRule {
        matching_mode,
        url: url.to_owned(),
    }
}

#[test]
fn a_pattern_matches_the_whole_uri_and_nothing_around_it() {
    let rule = rule(
        MatchingMode::Regex,
        r"https://app\.example/cb|https://b\.example/.*",
    );
    for good in ["https://app.example/cb", "https://b.example/x"] {
        assert!(rule.admits(good), "{good}");
    }
    for bad in [
        "https://app.example/cb2",
        "xhttps://app.example/cb",
        "https://appXexample/cb",
        "https://evil.example/https://app.example/cb",
        "https://app.example/cb\n",
    ] {
        assert!(!rule.admits(bad), "{bad}");
    }
}

#[test]
fn rfc8252_7_3_the_port_of_the_very_machine_does_not_matter_and_all_else_does() {
    for registered in ["http://127.0.0.1/cb", "http://127.0.0.1:8080/cb"] {
        let rule = rule(MatchingMode::Strict, registered);
        for good in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"] {
            assert!(rule.admits_any_port(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb?x",
            "http://[::1]:51004/cb",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:123456/cb",
        ] {
            assert!(!rule.admits_any_port(bad), "{bad}");
        }
    }
    let v6 = rule(MatchingMode::Strict, "http://[::1]/cb");
    assert!(v6.admits_any_port("http://[::1]:3000/cb"));
    let name = rule(MatchingMode::Strict, "http://localhost/cb");
    assert!(
        !name.admits_any_port("http://localhost:3000/cb"),
        "RFC 8252 §8.3"
    );
}

#[test]
fn a_pattern_for_hosts_or_ports_does_not_lead_elsewhere() {
    let regex = |url| rule(MatchingMode::Regex, url);
    let hosts = regex(r"https://[^/]+\.app\.example/cb");
    assert!(hosts.admits("https://a.app.example/cb"));
    for bad in [
        r"https://evil.example\.app.example/cb",
        "https://evil.example?.app.example/cb",
        "https://evil.example#.app.example/cb",
        "https://u@.app.example/cb",
    ] {
        assert!(!hosts.admits(bad), "{bad}");
    }
    let ports = regex(r"http://localhost:.*");
    for good in ["http://localhost:8080", "http://localhost:8080/cb?next=a@b"] {
        assert!(ports.admits(good), "{good}");
    }
    assert!(!ports.admits("http://localhost:@evil.example/"));
    assert!(!ports.admits("http://localhost:80@evil.example/"));
    let own = regex(r"com\.example\.app:/cb.*");
    assert!(own.admits("com.example.app:/cb?x@y"));
}

#[test]
fn release_2022_7_a_pattern_that_does_not_parse_is_compared_strictly() {
    for broken in ["https://app.example/(cb", "https://app.example/cb)", "*"] {
        let rule = rule(MatchingMode::Regex, broken);
        assert!(rule.admits(broken));
        assert!(!rule.admits("https://app.example/cb"));
    }
}
