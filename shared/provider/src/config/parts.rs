//! A long change, cut into several: each is good in itself, and none lets anybody in whom the whole keeps out.
//!
//! A transaction takes a hundred items, and whoever saves more of them may be interrupted in between. So nothing is parted
//! that guards together: an application with its provider and all that is bound to it, a flow with its stages and all that
//! is bound to these.

mod graph;
mod together;

use std::collections::BTreeMap;

use super::save::{Change, Expect};
use super::state::{Config, Place};
use crate::event::Event;
use crate::ports::ObjectKind;
use graph::Graph;
use together::Units;

/// How many changes a part has, unless more of them belong together: each is at most nine items of a transaction's
/// hundred.
const MOST: usize = 8;

/// What is saved at once.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The changes.
    pub changes: Vec<Change>,
    /// What is recorded of them.
    pub events: Vec<Event>,
}

/// What becomes of one object in the end.
struct Step {
    place: Place,
    /// Of which changes.
    of: Vec<usize>,
}

/// The steps of a unit.
struct Group {
    rank: usize,
    /// Where in the file it begins.
    at: usize,
    steps: Vec<Step>,
}

/// Cuts changes of what is stored into parts, to be saved in this order. `events` are theirs, one each.
///
/// What others name comes before these, and is removed after them; what names each other in a circle, and what takes a name
/// from another, is saved together with it.
pub fn parts(base: &Config, changes: &[Change], events: &[Event]) -> Vec<Part> {
    let mut last = base.clone();
    for change in changes {
        make(&mut last, change);
    }
    let steps = steps(changes, (base, &last));
    let mut units = Units::of((base, &last), steps.iter().map(|step| &step.place));
    let graph = Graph::of((base, &last), &mut units);
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (at, step) in steps.into_iter().enumerate() {
        let rank = rank(&step.place, &last);
        let group = groups.entry(units.of_place(&step.place));
        let group = group.or_insert_with(|| Group {
            rank,
            at,
            steps: Vec::new(),
        });
        if group.rank != rank {
            group.rank = 1;
        }
        group.steps.push(step);
    }
    written(packed(groups, &graph), (base, &last), events)
}

/// In a good order, as many together as a part takes.
fn packed(mut groups: BTreeMap<usize, Group>, graph: &Graph) -> Vec<Vec<Step>> {
    let wanted = groups.iter().map(|(unit, it)| (it.rank, it.at, *unit));
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_unstable();
    let order = graph.order(wanted.into_iter().map(|(.., unit)| unit));
    let mut packed: Vec<Vec<Step>> = Vec::new();
    for circle in order {
        let steps = circle.iter().filter_map(|unit| groups.remove(unit));
        let mut steps: Vec<Step> = steps.flat_map(|group| group.steps).collect();
        steps.sort_by_key(|step| step.of.first().copied());
        match packed.last_mut() {
            Some(before) if before.len() + steps.len() <= MOST => before.append(&mut steps),
            Some(_) | None => packed.push(steps),
        }
    }
    packed
}

/// Things nobody is let in by come first, and are removed last.
fn rank(place: &Place, last: &Config) -> usize {
    match place.0 {
        ObjectKind::Provider
        | ObjectKind::Application
        | ObjectKind::Binding
        | ObjectKind::Flow
        | ObjectKind::FlowStageBinding => 1,
        ObjectKind::Mapping
        | ObjectKind::Policy
        | ObjectKind::Source
        | ObjectKind::Key
        | ObjectKind::Stage
        | ObjectKind::Prompt => {
            if last.at(place).is_some() {
                0
            } else {
                2
            }
        }
    }
}

fn make(config: &mut Config, change: &Change) {
    match change {
        Change::Put { object, .. } => config.set((**object).clone()),
        Change::Remove { kind, id, .. } => config.unset(*kind, id),
    }
}

/// One for each object, however often it is changed; none for what comes and goes.
fn steps(changes: &[Change], (base, last): (&Config, &Config)) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut known: BTreeMap<Place, usize> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let place = change.place();
        if base.at(&place).is_none() && last.at(&place).is_none() {
            continue;
        }
        let step = *known.entry(place.clone()).or_insert(steps.len());
        match steps.get_mut(step) {
            Some(step) => step.of.push(at),
            None => steps.push(Step {
                place,
                of: vec![at],
            }),
        }
    }
    steps
}

/// The parts as changes, each of what the one before has left.
fn written(
    packed: Vec<Vec<Step>>,
    (base, last): (&Config, &Config),
    events: &[Event],
) -> Vec<Part> {
    let mut now = base.clone();
    let mut parts = Vec::with_capacity(packed.len());
    for steps in packed {
        let mut part = Part::default();
        for Step { place, of } in steps {
            let expect = expect(base, &now, &place);
            let change = match last.at(&place) {
                Some(stored) => Change::Put {
                    object: Box::new(stored.object.clone()),
                    expect,
                },
                None => Change::Remove {
                    kind: place.0,
                    id: place.1,
                    expect,
                },
            };
            make(&mut now, &change);
            part.changes.push(change);
            part.events
                .extend(of.iter().filter_map(|at| events.get(*at)).cloned());
        }
        parts.push(part);
    }
    parts
}

/// What stands there: as it was read, or whatever the changes before have made of it.
fn expect(base: &Config, now: &Config, place: &Place) -> Expect {
    let version = |config: &Config| config.at(place).map(|stored| stored.version);
    match (version(base), version(now)) {
        (None, None) => Expect::New,
        (Some(before), Some(now)) if before == now => Expect::Version(before),
        (Some(_) | None, Some(_) | None) => Expect::Any,
    }
}
