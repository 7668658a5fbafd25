//! Fuzz targets: what reads outside input, with something that must hold of whatever comes out. A panic is a finding, and
//! so is an `assert` of these files.
//!
//! Each target is a function of bytes, of which the first says which reader gets the others. libFuzzer calls them by way of
//! `fuzz_targets/` (`cargo xtask fuzz`); `cargo test` calls them with all of `corpus/`.

mod addresses;
mod blueprints;
mod bodies;
mod browsers;
mod clients;
mod expressions;
mod fixture;
mod jwts;
mod requests;
#[cfg(test)]
mod tests;

pub use addresses::addresses;
pub use blueprints::blueprints;
pub use bodies::bodies;
pub use browsers::browsers;
pub use clients::clients;
pub use expressions::expressions;
pub use jwts::jwts;
pub use requests::requests;

/// A target: what it does with some bytes.
pub type Target = fn(&[u8]);

/// All targets by their names.
pub const TARGETS: [(&str, Target); 8] = [
    ("addresses", addresses),
    ("blueprints", blueprints),
    ("bodies", bodies),
    ("browsers", browsers),
    ("clients", clients),
    ("expressions", expressions),
    ("jwts", jwts),
    ("requests", requests),
];

/// Which of `readers` it is about, and what that gets.
fn chosen(data: &[u8], readers: u8) -> Option<(u8, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((first.wrapping_sub(b'a') % readers, rest))
}

/// The same where it is text.
fn chosen_text(data: &[u8], readers: u8) -> Option<(u8, &str)> {
    let (reader, rest) = chosen(data, readers)?;
    Some((reader, std::str::from_utf8(rest).ok()?))
}

/// Two texts, parted by the first line's end.
fn two(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
