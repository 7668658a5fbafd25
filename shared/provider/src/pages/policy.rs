//! What a page may load and run in the browser (CSP Level 3).

use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::{Page, STYLE};
use crate::client::rules::has_ordinary_host;

static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| source(STYLE));

/// The `Content-Security-Policy` for this very page: its two style sheets, its scripts, its pictures, and what its
/// captcha needs. Nothing else is loaded, run or asked.
///
/// It has no `form-action` directive on purpose: browsers apply it to every redirect that follows
/// the POST of a form, and ours ends at the client's redirect URI. No markup can be injected that
/// could hold a form of another's.
pub(super) fn content_security_policy(page: &impl Page) -> String {
    let scene = page.scene();
    let captcha = page.captcha().map(captcha_hosts).unwrap_or_default();
    let mut styles = vec![source(&scene.colours()), STYLE_SOURCE.clone()];
    styles.extend(page.styles().into_iter().map(source));
    let styles = styles.join(" ");
    let mut policy =
        format!("default-src 'none'; style-src {styles}{captcha}; img-src 'self' data:");
    let pictures = page.pictures();
    let mut hosts: Vec<String> = scene
        .pictures()
        .chain(pictures.iter().map(String::as_str))
        .filter_map(host)
        .collect();
    hosts.sort();
    hosts.dedup();
    for host in hosts {
        policy.push(' ');
        policy.push_str(&host);
    }
    policy.push_str("; base-uri 'none'; frame-ancestors 'none'");
    let scripts: Vec<String> = page.scripts().into_iter().map(source).collect();
    if !scripts.is_empty() {
        policy = format!("{policy}; script-src {}{captcha}", scripts.join(" "));
    }
    if !captcha.is_empty() {
        policy = format!("{policy}; frame-src{captcha}; connect-src{captcha}");
    }
    let mut frames: Vec<String> = page.frames().into_iter().filter_map(origin).collect();
    if !frames.is_empty() {
        frames.sort();
        frames.dedup();
        policy = format!("{policy}; frame-src {}", frames.join(" "));
    }
    policy
}

/// The hash source that allows this very inline text (CSP Level 3 §2.3.1).
pub(super) fn source(inline: &str) -> String {
    let hash = digest::digest(&digest::SHA256, inline.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(hash))
}

/// The host of a picture elsewhere, as a source.
fn host(picture: &str) -> Option<String> {
    let url = Url::parse(picture)
        .ok()
        .filter(|url| url.scheme() == "https" && has_ordinary_host(url))?;
    Some(url.origin().ascii_serialization())
}

/// The origin of a frame, as a source. Its URL was checked when it was registered.
fn origin(frame: &str) -> Option<String> {
    let url = Url::parse(frame).ok().filter(has_ordinary_host)?;
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Where the service with this script has what it loads, each source after a space. A service that is not known has
/// all of it where its script is.
fn captcha_hosts(script: &str) -> String {
    let Some(origin) = host(script) else {
        return String::new();
    };
    match origin.as_str() {
        "https://www.google.com" | "https://www.recaptcha.net" | "https://recaptcha.net" => {
            format!(" {origin}/recaptcha/ https://www.gstatic.com/recaptcha/")
        }
        "https://hcaptcha.com" | "https://js.hcaptcha.com" => {
            " https://hcaptcha.com https://*.hcaptcha.com".to_owned()
        }
        _ => format!(" {origin}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csp3_2_3_1_a_frames_or_pictures_host_adds_no_directive() {
        for odd in ["https://a;report-uri/x", "https://a,b/x", "https://*/x"] {
            assert_eq!((origin(odd), host(odd)), (None, None), "{odd}");
        }
        for (plain, source) in [
            ("https://a-b.example/x", "https://a-b.example"),
            ("http://127.0.0.1:9/x", "http://127.0.0.1:9"),
            ("https://[::1]:9/x", "https://[::1]:9"),
        ] {
            assert_eq!(origin(plain).as_deref(), Some(source));
        }
    }
}
