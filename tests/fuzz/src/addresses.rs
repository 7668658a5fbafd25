//! URLs: where answers go, where pages lead, and what is fetched.

use fetch::fuzzing::led;
use protocol::redirect::{Delivery, RedirectUri, ResponseMode, deliver};
use protocol::webfinger;
use provider::flow::next::Next;
use provider::media::is_icon;
use url::Url;

use crate::{chosen_text, fixture, two};

const READERS: u8 = 6;

/// URLs.
pub fn addresses(data: &[u8]) {
    let Some((reader, text)) = chosen_text(data, READERS) else {
        return;
    };
    match reader {
        0 => redirect(text),
        1 => rule(text),
        2 => fetched(text),
        3 => next(text),
        4 => launched(text),
        _ => {
            let query = webfinger::Query::parse(text);
            let _ =
                query.map(|query| serde_json::to_value(query.describe("https://id.example")).ok());
        }
    }
}

/// An answer goes to the URI as it was registered, and its parameters arrive.
fn redirect(text: &str) {
    let Ok(uri) = RedirectUri::parse(text) else {
        return;
    };
    assert_eq!(uri.as_str(), text, "RFC 6749 §3.1.2.3: kept as it is");
    let _ = (uri.display_host(), uri.origin());
    let fields = [("code", "a&b=c #é"), ("state", "%")];
    for mode in [ResponseMode::Query, ResponseMode::Fragment] {
        let Delivery::Redirect(location) = deliver(text, mode, &fields) else {
            continue;
        };
        let before = Url::parse(text)
            .map(|url| (url.scheme().to_owned(), url.host_str().map(str::to_owned)));
        let after = Url::parse(&location)
            .map(|url| (url.scheme().to_owned(), url.host_str().map(str::to_owned)));
        assert_eq!(before, after, "an answer stays with {text}");
        assert!(
            location.bytes().all(|byte| byte.is_ascii_graphic()),
            "a header"
        );
    }
}

/// A code goes where the client registered, letter for letter; on the very machine the port alone may differ (RFC 8252 §7.3).
fn rule(text: &str) {
    let (registered, asked) = two(text);
    let Ok(uri) = RedirectUri::parse(registered) else {
        return;
    };
    let client = fixture::client_at(&uri);
    assert!(
        client.redirect_to(Some(registered)).is_some(),
        "its own URI"
    );
    if client.redirect_to(Some(asked)).is_some() && asked != registered {
        let without_port = |text: &str| {
            let mut url = Url::parse(text).ok()?;
            url.set_port(None).ok()?;
            let here = ["127.0.0.1", "[::1]"].contains(&url.host_str()?);
            here.then(|| url.to_string())
        };
        let registered = without_port(registered);
        assert!(
            registered.is_some() && registered == without_port(asked),
            "{text}"
        );
    }
}

/// What may be fetched is https, and no address of the inside by any spelling.
fn fetched(text: &str) {
    let Some(led) = led(text) else {
        return;
    };
    assert!(led.tls, "https alone");
    let url = Url::parse(text).map(|url| url.to_string());
    let again = url.ok().and_then(|url| fetch::fuzzing::led(&url));
    assert_eq!(
        Some(&led),
        again.as_ref(),
        "the same host by its usual spelling"
    );
    let inside = match led.address {
        Some(std::net::IpAddr::V4(it)) => {
            it.is_loopback() || it.is_private() || it.is_link_local() || it.is_unspecified()
        }
        Some(std::net::IpAddr::V6(it)) => {
            it.is_loopback() || it.is_unspecified() || it.to_ipv4_mapped().is_some()
        }
        // A name that some resolvers take for an address would not be one here.
        None => led.host.parse::<std::net::IpAddr>().is_ok(),
    };
    assert!(!inside, "{text} leads to {led:?}");
}

/// Where a flow leads is on this site, whoever reads it.
fn next(text: &str) {
    let Some(next) = Next::parse(Some(text)) else {
        return;
    };
    for base in ["https://id.example", "http://localhost:9000/if/flow/a/"] {
        let there = Url::parse(base).and_then(|base| base.join(next.as_str()));
        let here = Url::parse(base).map(|base| base.origin());
        assert_eq!(there.map(|there| there.origin()), here, "{text}");
    }
    if let Some((dialect, params)) = next.authorization_request() {
        let again = Next::authorize(dialect, &params);
        let second = again.authorization_request();
        let second = second.map(|(dialect, params)| Next::authorize(dialect, &params));
        assert_eq!(second, Some(again), "a plan is found by it");
    }
    let _ = (next.device_request(), next.through("a"));
}

/// What people are led to is of the web, however it is filled in.
fn launched(text: &str) {
    let subject = fixture::subject();
    if let Some(target) = provider::launch::target(text, subject) {
        let web = Url::parse(&target).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
        assert!(web || target.starts_with('/'), "{text} leads to {target}");
    }
    let _ = is_icon(text);
}
