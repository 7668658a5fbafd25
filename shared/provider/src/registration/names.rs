//! Names that strangers choose and people read. What a page says around them has to stay what it says.

use url::{Host, Url};

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// Characters that are not seen, or change how those around them are put in order (Unicode categories Cf, Zl and Zp, and
/// fillers): with them a name could turn the host beside it around (UTR #36 §2.5), or look like another name.
const UNSEEN: [(char, char); 16] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a client may be called so: it can be read, stands still, and does not name a host in brackets, as we do behind the
/// names of clients whose document is there (draft-ietf-oauth-client-id-metadata-document-02 §8.5).
pub(super) fn is_name(name: &str) -> bool {
    !name.trim().is_empty()
        && name.len() <= LONGEST
        && !name.chars().any(|c| c.is_control() || is_unseen(c))
        && !has_host_in_brackets(name)
}

fn is_unseen(c: char) -> bool {
    UNSEEN
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&c))
}

/// What stands behind each opening bracket, up to the next that closes, is looked at word by word.
fn has_host_in_brackets(name: &str) -> bool {
    let mut behind = name.split(is_opening).skip(1);
    behind.any(|text| {
        let inside = text.split(is_closing).next().unwrap_or_default();
        inside.split_whitespace().any(is_host)
    })
}

const fn is_opening(c: char) -> bool {
    matches!(
        c,
        '(' | '[' | '{' | '<' | '（' | '［' | '｛' | '＜' | '⁽' | '₍' | '〔' | '【' | '❨' | '⦅'
    )
}

const fn is_closing(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '>' | '）' | '］' | '｝' | '＞' | '⁾' | '₎' | '〕' | '】' | '❩' | '⦆'
    )
}

/// Whether a browser would take it for a host with a dot in it, in whatever script: the URL standard knows.
fn is_host(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', ',', ';', '!', '?']);
    let Ok(url) = Url::parse(&format!("https://{bare}")) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(host)) => host.contains('.'),
        Some(Host::Ipv4(_)) => bare.matches('.').count() == 3, // `(2)` and `(1.5)` are releases
        Some(Host::Ipv6(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_shown() {
        for good in [
            "My Tool",
            "Ünïcödé",
            "日本語",
            "Tool (beta)",
            "Tool (2)",
            "Tool (v2)",
            "Tool 1.5 (for Mac)",
            "mcp.example",
            "a (b) c.d",
        ] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "  ", "a\nb", "a\u{0}b", "a\u{85}b", &"x".repeat(201)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_name_has_no_marks_that_change_the_order_of_text() {
        for mark in [
            '\u{200e}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{61c}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{2028}',
            '\u{e0041}',
            '\u{3164}',
        ] {
            assert!(
                !is_name(&format!("Editor {mark}x")),
                "{:x}",
                u32::from(mark)
            );
        }
    }

    #[test]
    fn cimd_8_5_a_name_has_no_host_in_brackets() {
        for bad in [
            "Acme (acme.example)",
            "Acme (ACME.Example)",
            "Acme （acme.example）",
            "Acme (acme。example)",
            "Acme (by acme.example, Inc)",
            "Acme [bücher.example]",
            "Acme (127.0.0.1)",
            "Acme (acme.example:8443)",
            "Acme (https acme.example/x)",
            "Acme (acme.example",
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
