//! `Limit` and `Marker` of the list operations.

use super::error::{Exception, Fault};
use super::wire;

/// The longest page that may be asked for.
const MAX_LIMIT: usize = 1000;

/// A part of a sorted list.
pub(crate) struct Page<T> {
    /// The items, at most `Limit`.
    pub(crate) items: Vec<T>,
    /// The last item of a page that has a successor; its name is the next marker.
    pub(crate) next: Option<T>,
}

impl<T: Clone + Ord> Page<T> {
    /// Cuts the page that `request` asks for out of `all`, which is sorted; `default` items long
    /// unless told. A marker is the last item of the page before, so that a page stays right when
    /// items come and go between two.
    ///
    /// # Errors
    /// `ValidationException` for a limit outside 1 to 1,000, `InvalidMarkerException` for what
    /// `marker` cannot read.
    pub(crate) fn of(
        request: &wire::List,
        default: usize,
        marker: impl Fn(&str) -> Option<T>,
        all: impl Iterator<Item = T>,
    ) -> Result<Self, Fault> {
        let limit = match request.limit {
            None => default,
            Some(limit) => usize::try_from(limit)
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| {
                    Fault::violated(
                        &format!("Value '{limit}' at 'limit'"),
                        "Member must have value between 1 and 1000",
                    )
                })?,
        };
        let after = match request.marker.as_deref() {
            None => None,
            Some(text) => Some(marker(text).ok_or_else(|| {
                Fault::new(Exception::InvalidMarker, format!("Invalid marker '{text}'"))
            })?),
        };
        let mut rest = all.skip_while(|item| after.as_ref().is_some_and(|after| item <= after));
        let items: Vec<T> = rest.by_ref().take(limit).collect();
        let next = rest.next().and_then(|_| items.last().cloned());
        Ok(Self { items, next })
    }
}
