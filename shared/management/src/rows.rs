//! Lists: narrowed down, searched and put in order.

use std::cmp::Ordering;

use serde_json::Value;

use crate::errors::Refusal;
use crate::filter::{Filter, Row, narrow};
use crate::operation::Ask;

/// How a list can be asked about.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// What it is narrowed down by.
    pub filters: &'static [Filter],
    /// The fields that `search` looks into.
    pub search: &'static [&'static str],
    /// The order where none is asked for: fields, the first counts most; `-` before one turns it round.
    pub order: &'static [&'static str],
}

impl Listing {
    /// The rows that are asked for, in the order that is asked for.
    ///
    /// # Errors
    /// As [`narrow`].
    pub fn select(&self, rows: Vec<Row>, ask: &Ask<'_>) -> Result<Vec<Row>, Refusal> {
        let mut rows = narrow(rows, self.filters, ask)?;
        if let Some(words) = ask.query.one("search") {
            let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
            rows.retain(|row| words.iter().all(|word| self.has(row, word)));
        }
        Ok(self.sorted(rows, ask))
    }

    /// The rows in the order that is asked for.
    pub fn sorted(&self, mut rows: Vec<Row>, ask: &Ask<'_>) -> Vec<Row> {
        let asked: Vec<&str> = ask
            .query
            .one("ordering")
            .unwrap_or_default()
            .split(',')
            .collect();
        let known = |name: &&str| {
            let field = name.trim_start_matches('-');
            rows.first().is_some_and(|row| row.contains_key(field))
        };
        let mut order: Vec<&str> = asked.into_iter().map(str::trim).filter(known).collect();
        order.extend(self.order);
        rows.sort_by(|one, other| compare(one, other, &order));
        rows
    }

    /// Whether one of the fields has this word in it, whatever the case.
    fn has(&self, row: &Row, word: &str) -> bool {
        self.search.iter().any(|field| match row.get(*field) {
            Some(Value::String(text)) => text.to_lowercase().contains(word),
            Some(Value::Bool(truth)) => truth.to_string().contains(word),
            Some(Value::Number(number)) => number.to_string().contains(word),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        })
    }
}

fn compare(one: &Row, other: &Row, order: &[&str]) -> Ordering {
    order
        .iter()
        .map(|name| {
            let field = name.trim_start_matches('-');
            let sorted = rank(one.get(field), other.get(field));
            if name.starts_with('-') {
                sorted.reverse()
            } else {
                sorted
            }
        })
        .find(|sorted| sorted.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Null comes last, as PostgreSQL has it.
fn rank(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null)) {
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => {
            let number = |it: &serde_json::Number| it.as_f64().unwrap_or_default();
            number(one).total_cmp(&number(other))
        }
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (_, _) => Ordering::Equal,
    }
}
