//! Changes to a source text by place: nothing is printed anew, so lines keep their numbers.

use ruff_text_size::{TextRange, TextSize};

/// A piece of the source and what stands there instead.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// A list of edits. At one place they apply in the order in which they were made: an outer node writes
/// its opening before its children do, and its closing after they did.
#[derive(Default)]
pub(super) struct Edits {
    list: Vec<Edit>,
}

impl Edits {
    /// Writes `text` at `at`.
    pub(super) fn insert(&mut self, at: TextSize, text: impl Into<String>) {
        self.list.push(Edit {
            start: at.to_usize(),
            end: at.to_usize(),
            text: text.into(),
        });
    }

    /// Writes `text` instead of what is at `range`.
    pub(super) fn replace(&mut self, range: TextRange, text: impl Into<String>) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        self.list.push(Edit {
            start,
            end,
            text: text.into(),
        });
    }

    /// The source with every edit. What lies inside a replaced piece is dropped with its edits.
    pub(super) fn apply(mut self, source: &str) -> String {
        self.list.sort_by_key(|edit| edit.start);
        let mut out = String::with_capacity(source.len() + 64 * self.list.len());
        let mut at = 0;
        for edit in &self.list {
            if edit.start < at {
                continue;
            }
            out.push_str(source.get(at..edit.start).unwrap_or_default());
            out.push_str(&edit.text);
            at = edit.end;
        }
        out.push_str(source.get(at..).unwrap_or_default());
        out
    }
}
