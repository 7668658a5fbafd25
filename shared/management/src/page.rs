//! Pages of lists (API reference A, pagination envelope).

use serde_json::{Value, json};

use crate::errors::Refusal;
use crate::operation::Ask;

/// How many rows a page has where nobody says.
pub const PAGE_SIZE: usize = 100;

/// The most rows a page has; authentik knows no limit, but an answer of a function is 6 MB at most.
pub const LARGEST_PAGE: usize = 1_000;

/// The largest answer, in bytes: Lambda takes 6 MB of JSON in which it is one string, with what else belongs to it.
const LARGEST_ANSWER: usize = 6_000_000;

/// Refuses an answer that Lambda would not take, and says what to ask for instead.
///
/// # Errors
/// [`Refusal::Invalid`] at `page_size`.
pub fn check_size(body: &[u8]) -> Result<(), Refusal> {
    let is_escaped = |byte: &&u8| matches!(**byte, b'"' | b'\\' | b'\n');
    let bytes = body.len() + body.iter().filter(is_escaped).count();
    if bytes <= LARGEST_ANSWER {
        return Ok(());
    }
    let text = format!(
        "This answer has {bytes} bytes, and {LARGEST_ANSWER} is the most. Ask for fewer rows with page_size, or for less \
         of each with include_users=false or include_groups=false."
    );
    Err(Refusal::field("page_size", text))
}

/// The page that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Which, from 1.
    pub number: usize,
    /// How many rows each has.
    pub size: usize,
}

impl Page {
    /// As the query says.
    ///
    /// # Errors
    /// [`Refusal::NoPage`] where `page` is no page's number. A `page_size` that is none counts as not given (DRF).
    pub fn of(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let size = ask
            .query
            .one("page_size")
            .and_then(|text| text.parse().ok());
        let size = size.filter(|size| *size > 0).unwrap_or(PAGE_SIZE);
        let number = match ask.query.one("page") {
            None | Some("") => 1,
            Some(text) => text.parse().map_err(|_| Refusal::NoPage)?,
        };
        if number == 0 {
            return Err(Refusal::NoPage);
        }
        let size = size.min(LARGEST_PAGE);
        Ok(Self { number, size })
    }

    /// The rows of this page, of all that there are.
    ///
    /// # Errors
    /// [`Refusal::NoPage`] behind the last one.
    pub fn cut<T>(self, rows: Vec<T>) -> Result<(Value, Vec<T>), Refusal> {
        let envelope = self.envelope(rows.len())?;
        let rows = rows.into_iter().skip(self.before()).take(self.size);
        Ok((envelope, rows.collect()))
    }

    /// How many rows stand on the pages before.
    pub const fn before(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    /// `pagination`, of so many rows.
    ///
    /// # Errors
    /// As [`Page::cut`].
    pub fn envelope(self, count: usize) -> Result<Value, Refusal> {
        let pages = count.div_ceil(self.size).max(1);
        if self.number > pages {
            return Err(Refusal::NoPage);
        }
        let first = if count == 0 { 0 } else { self.before() + 1 };
        Ok(json!({
            "next": if self.number < pages { self.number + 1 } else { 0 },
            "previous": self.number - 1,
            "count": count,
            "current": self.number,
            "total_pages": pages,
            "start_index": first,
            "end_index": (self.before() + self.size).min(count),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: usize) -> Page {
        Page { number, size: 2 }
    }

    #[test]
    fn reference_a_the_envelope_counts_from_one_and_says_zero_for_no_page() {
        let (envelope, rows) = page(2).cut(vec![1, 2, 3, 4, 5]).unwrap();
        assert_eq!(rows, [3, 4]);
        let expected = json!({"next": 3, "previous": 1, "count": 5, "current": 2, "total_pages": 3, "start_index": 3, "end_index": 4});
        assert_eq!(envelope, expected);
        let (envelope, rows) = page(3).cut(vec![1, 2, 3, 4, 5]).unwrap();
        assert_eq!(
            (rows, &envelope["next"], &envelope["end_index"]),
            (vec![5], &json!(0), &json!(5))
        );
    }

    #[test]
    fn an_answer_that_lambda_would_not_take_says_what_to_ask_for_instead() {
        assert!(check_size(&vec![b'a'; LARGEST_ANSWER]).is_ok());
        let quotes = vec![b'"'; LARGEST_ANSWER / 2 + 1];
        let Err(Refusal::Invalid(errors)) = check_size(&quotes) else {
            panic!("each quote is two bytes in Lambda's JSON");
        };
        assert!(errors.has("page_size"));
    }

    #[test]
    fn reference_a_of_nothing_there_is_one_page_and_no_second() {
        let (envelope, _) = page(1).cut(Vec::<u8>::new()).unwrap();
        let expected = json!({"next": 0, "previous": 0, "count": 0, "current": 1, "total_pages": 1, "start_index": 0, "end_index": 0});
        assert_eq!(envelope, expected);
        assert!(matches!(
            page(2).cut(Vec::<u8>::new()),
            Err(Refusal::NoPage)
        ));
        assert!(matches!(
            page(usize::MAX).cut(vec![1]),
            Err(Refusal::NoPage)
        ));
    }
}
