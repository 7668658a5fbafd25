//! The sender as a header has it (RFC 5322 §3.4): SES takes names in ASCII alone, others encoded (RFC 2047).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a name in one encoded word: with its frame it stays within 75 characters (RFC 2047 §2).
const WORD: usize = 45;

/// `name <address>`, or the address alone. What is no text in a name, such as a line break, is left out.
pub(super) fn named(name: &str, address: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    if name.is_empty() {
        address.to_owned()
    } else if name.is_ascii() {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{quoted}\" <{address}>")
    } else {
        format!("{} <{address}>", words(name).join(" "))
    }
}

/// Encoded words; a character stands in one of them whole (RFC 2047 §5).
fn words(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        match parts.last_mut() {
            Some(part) if part.len() + c.len_utf8() <= WORD => part.push(c),
            Some(_) | None => parts.push(c.to_string()),
        }
    }
    let encode = |part: &String| format!("=?UTF-8?B?{}?=", STANDARD.encode(part));
    parts.iter().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc5322_3_4_a_name_is_quoted() {
        assert_eq!(named("", "a@b.example"), "a@b.example");
        assert_eq!(named("Acme", "a@b.example"), "\"Acme\" <a@b.example>");
        let odd = named("A \"b\" <x@evil.example>, c\\", "a@b.example");
        assert_eq!(odd, "\"A \\\"b\\\" <x@evil.example>, c\\\\\" <a@b.example>");
    }

    #[test]
    fn a_name_cannot_begin_another_header() {
        let name = "Acme\r\nBcc: x@evil.example\0";
        let sender = "\"AcmeBcc: x@evil.example\" <a@b.example>";
        assert_eq!(named(name, "a@b.example"), sender);
    }

    #[test]
    fn rfc2047_2_what_is_no_ascii_is_encoded_in_words_of_75_characters() {
        assert_eq!(
            named("Größe", "a@b.example"),
            "=?UTF-8?B?R3LDtsOfZQ==?= <a@b.example>"
        );
        let long = named(&"ü".repeat(60), "a@b.example");
        let words: Vec<&str> = long.split(' ').collect();
        assert_eq!(words.len(), 4);
        for word in &words[..3] {
            let encoded = word
                .strip_prefix("=?UTF-8?B?")
                .and_then(|word| word.strip_suffix("?="));
            let bytes = STANDARD.decode(encoded.unwrap()).unwrap();
            assert!(
                word.len() <= 75 && String::from_utf8(bytes).is_ok(),
                "{word}"
            );
        }
    }
}
