//! Blueprints: YAML with tags, as administrators bring them.

use management::blueprint::fuzzing::entries;

/// Blueprints.
///
/// # Panics
/// Where a reader breaks its rule: that is what is looked for.
pub fn blueprints(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read = entries(text);
    if let Err(line) = read {
        // People are told the line: it is one of the file, or the one after its end.
        let lines = text
            .split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
            .count();
        assert!((1..=lines + 1).contains(&line), "line {line} of {lines}");
    }
    // A comment at the end changes nothing.
    if read.is_ok() && text.ends_with('\n') && !text.contains(['|', '>', '.']) {
        assert_eq!(entries(&format!("{text}# end\n")), read);
    }
}
