//! The order of entries: what an entry names comes before it, as readers go through a file once.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Entry, Node};

/// How far an entry has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Not looked at.
    New,
    /// What it names is being written.
    Open,
    /// Written.
    Done,
}

struct Writer {
    left: Vec<Option<Entry>>,
    places: BTreeMap<String, usize>,
    stands: Vec<Stand>,
    written: Vec<Entry>,
    /// What is said of entries once all are there, as they name each other in a circle.
    afterwards: Vec<Entry>,
}

/// These entries, as far as possible in this order. Ids that nothing names are left out.
pub(super) fn ordered(entries: Vec<Entry>) -> Vec<Entry> {
    let ids = entries.iter().enumerate();
    let places = ids.filter_map(|(place, entry)| Some((entry.id.clone()?, place)));
    let mut writer = Writer {
        places: places.collect(),
        stands: vec![Stand::New; entries.len()],
        written: Vec::with_capacity(entries.len()),
        left: entries.into_iter().map(Some).collect(),
        afterwards: Vec::new(),
    };
    for place in 0..writer.left.len() {
        writer.write(place);
    }
    writer.written.append(&mut writer.afterwards);
    let mut written = writer.written;
    let named: BTreeSet<String> = written.iter().flat_map(names).collect();
    for entry in &mut written {
        entry.id = entry.id.take().filter(|id| named.contains(id));
    }
    written
}

fn names(entry: &Entry) -> Vec<String> {
    let fields = entry.identifiers.iter().chain(&entry.attrs);
    let names = fields.flat_map(|(_, node)| node.names());
    names.map(str::to_owned).collect()
}

impl Writer {
    fn write(&mut self, place: usize) {
        if self.stand(place) != Stand::New {
            return;
        }
        let Some(mut entry) = self.left.get_mut(place).and_then(Option::take) else {
            return;
        };
        self.set(place, Stand::Open);
        for name in names(&entry) {
            if let Some(&before) = self.places.get(&name) {
                self.write(before);
            }
        }
        let (now, later) = std::mem::take(&mut entry.attrs)
            .into_iter()
            .partition(|(_, node)| self.can_be_said(node));
        entry.attrs = now;
        let later: Vec<(String, Node)> = later;
        if !later.is_empty() {
            self.afterwards.push(Entry {
                id: None,
                attrs: later,
                ..entry.clone()
            });
        }
        self.written.push(entry);
        self.set(place, Stand::Done);
    }

    fn stand(&self, place: usize) -> Stand {
        self.stands.get(place).copied().unwrap_or(Stand::Done)
    }

    fn set(&mut self, place: usize, stand: Stand) {
        if let Some(its) = self.stands.get_mut(place) {
            *its = stand;
        }
    }

    /// Whether all that it names is written.
    fn can_be_said(&self, node: &Node) -> bool {
        let names = node.names().into_iter();
        let mut places = names.filter_map(|name| self.places.get(name));
        places.all(|place| self.stand(*place) == Stand::Done)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(id: &str, names: &[&str]) -> Entry {
        let key_of = |id: &&str| Node::KeyOf((*id).to_owned());
        Entry {
            model: "m",
            id: Some(id.to_owned()),
            once: false,
            identifiers: vec![("name".to_owned(), Node::Plain(json!(id)))],
            attrs: vec![(
                "of".to_owned(),
                Node::List(names.iter().map(key_of).collect()),
            )],
        }
    }

    fn said(entries: &[Entry]) -> Vec<(String, usize)> {
        let said = entries.iter().map(|entry| {
            let (_, name) = &entry.identifiers[0];
            let Node::Plain(name) = name else { panic!() };
            let named = entry.attrs.iter().flat_map(|(_, node)| node.names());
            (name.as_str().unwrap().to_owned(), named.count())
        });
        said.collect()
    }

    #[test]
    fn what_is_named_comes_first_and_the_rest_stays_where_it_is() {
        let entries = vec![
            entry("a", &[]),
            entry("b", &["d", "c"]),
            entry("c", &[]),
            entry("d", &["a"]),
        ];
        let ordered = ordered(entries);
        let want = [("a", 0), ("d", 1), ("c", 0), ("b", 2)];
        assert_eq!(said(&ordered), want.map(|(name, n)| (name.to_owned(), n)));
        let ids: Vec<Option<&str>> = ordered.iter().map(|it| it.id.as_deref()).collect();
        assert_eq!(
            ids,
            [Some("a"), Some("d"), Some("c"), None],
            "b is not named"
        );
    }

    #[test]
    fn what_names_each_other_is_said_afterwards() {
        let circle = vec![entry("a", &["b"]), entry("b", &["a"]), entry("c", &["c"])];
        let want = [("b", 0), ("a", 1), ("c", 0), ("b", 1), ("c", 1)];
        let ordered = ordered(circle);
        assert_eq!(said(&ordered), want.map(|(name, n)| (name.to_owned(), n)));
        assert_eq!(ordered.iter().filter(|it| it.id.is_some()).count(), 3);
    }
}
