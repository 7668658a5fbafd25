//! Which unit is saved before which.

use std::collections::{BTreeMap, BTreeSet};

use super::together::{Both, Units, names};

type Edges = BTreeMap<usize, BTreeSet<usize>>;

/// Which unit comes before which.
#[derive(Default)]
pub(super) struct Graph {
    after: Edges,
    before: Edges,
}

impl Graph {
    /// What is named comes before who names it, and goes after who named it.
    pub(super) fn of((base, last): Both<'_>, units: &mut Units) -> Self {
        let changed = units.changed().clone();
        let with_changes: BTreeSet<usize> =
            changed.iter().map(|place| units.of_place(place)).collect();
        let mut graph = Self::default();
        for (place, stored) in last.all() {
            let unit = units.of_place(place);
            if !with_changes.contains(&unit) {
                continue;
            }
            for named in names(last, &stored.object) {
                if changed.contains(&named) {
                    graph.edge(units.of_place(&named), unit);
                }
            }
        }
        for (place, stored) in base.all() {
            let unit = units.of_place(place);
            if !with_changes.contains(&unit) {
                continue;
            }
            let now = last.at(place).map(|now| names(last, &now.object));
            let now = now.unwrap_or_default();
            for named in names(base, &stored.object) {
                if changed.contains(&named) && !now.contains(&named) {
                    graph.edge(unit, units.of_place(&named));
                }
            }
        }
        graph
    }

    fn edge(&mut self, first: usize, then: usize) {
        if first != then {
            self.after.entry(first).or_default().insert(then);
            self.before.entry(then).or_default().insert(first);
        }
    }

    /// Units in an order that is good, as near as may be to the one that is wanted; those of a circle together
    /// (Kosaraju's algorithm).
    pub(super) fn order(&self, wanted: impl DoubleEndedIterator<Item = usize>) -> Vec<Vec<usize>> {
        let (mut seen, mut finished) = (BTreeSet::new(), Vec::new());
        for unit in wanted.rev() {
            walk(unit, &self.after, &mut seen, &mut finished);
        }
        seen.clear();
        let mut order = Vec::new();
        for unit in finished.into_iter().rev() {
            let mut circle = Vec::new();
            walk(unit, &self.before, &mut seen, &mut circle);
            if !circle.is_empty() {
                order.push(circle);
            }
        }
        order
    }
}

/// Notes all that is reached and was not seen so far, the farthest first.
fn walk(from: usize, edges: &Edges, seen: &mut BTreeSet<usize>, finished: &mut Vec<usize>) {
    let none = BTreeSet::new();
    let next = |unit: usize| edges.get(&unit).unwrap_or(&none).iter();
    if !seen.insert(from) {
        return;
    }
    let mut path = vec![(from, next(from))];
    while let Some((unit, rest)) = path.last_mut() {
        match rest.next() {
            Some(to) if seen.insert(*to) => path.push((*to, next(*to))),
            Some(_) => {}
            None => {
                finished.push(*unit);
                path.pop();
            }
        }
    }
}
