//! Files that are filled in, as `data:` URLs (RFC 2397; releases 2022.7.2 and 2022.7.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::check::Wrong;

/// The largest file, in bytes: it stands in the plan, and maybe in the account.
const LARGEST: usize = 32 * 1024;
/// The longest name of its type.
const LONGEST_TYPE: usize = 256;

/// Text that was encoded in base64 as the text it is; anything else as the `data:` URL that was sent.
pub(super) fn read(given: String) -> Result<Value, Wrong> {
    let Some((head, encoded)) = given
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
    else {
        return Err(Wrong("invalid", "Choose a file."));
    };
    if !head.ends_with(";base64") || head.len() > LONGEST_TYPE {
        return Err(Wrong("invalid", "This file is not encoded in base64."));
    }
    if encoded.len().div_ceil(4) * 3 > LARGEST + 3 {
        return Err(Wrong(
            "max_length",
            "This file is too large. It may have 32 KB.",
        ));
    }
    let text = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.unwrap_or(given).into())
}
