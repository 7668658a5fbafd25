//! What goes by a number that is made of its names ([`Number`]): two things may have the same.

use provider::ports::Number;

use crate::errors::Refusal;

/// The one that was found by this number. Where two were, neither is told from the other, so neither is there; the log says
/// so, as whoever looks for it cannot know.
///
/// # Errors
/// 404 where there is none, or are several.
pub fn only<T>(
    found: impl IntoIterator<Item = T>,
    model: &'static str,
    number: Number,
) -> Result<T, Refusal> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            tracing::warn!(
                event = "number_is_ambiguous",
                model,
                number = number.get(),
                "two things have the same number in the API; they can be listed, and ended at other places"
            );
            Err(Refusal::NotFound(model))
        }
        (None, _) => Err(Refusal::NotFound(model)),
    }
}
