//! Keys rotate by a clock that is set.

mod emergency;
mod ring;

use std::sync::Arc;

use protocol::Seconds;

use super::save::Bench;
use super::*;
use crate::client::Client;
use crate::event::{Action, Event};
use crate::rotation::{At, NotRotated, Rotator};
use crate::scripts::testing::{now, tenant};
use ring::Ring;

const DAY: Seconds = Seconds::days(1);
const HOUR: Seconds = Seconds::hours(1);

/// A provider whose key 1 rotates every ten days.
struct Rotating {
    bench: Bench,
    ring: Arc<Ring>,
    rotator: Rotator,
}

impl Rotating {
    fn every(days: &str) -> Self {
        let it = Self::never();
        let every = Validity::parse(days).unwrap();
        let rotation = Rotation {
            every: Some(every),
            ..Rotation::since(NOW)
        };
        it.put(KeyPair {
            rotation: Some(rotation),
            ..key(1)
        });
        it
    }

    fn never() -> Self {
        let (bench, ring) = (Bench::usual(), Arc::new(Ring::default()));
        let rotator = Rotator::new(bench.service.clone(), Arc::clone(&ring) as _);
        Self {
            bench,
            ring,
            rotator,
        }
    }

    fn put(&self, pair: KeyPair) {
        self.bench.save([pair.into()]).unwrap();
    }

    fn at<T>(after: Seconds, run: impl FnOnce(At<'_>) -> T) -> T {
        let (tenant, at) = (tenant(), NOW + after);
        let event = |action| event(action, at);
        run(At {
            tenant: &tenant,
            now: at,
            event: &event,
        })
    }

    /// What the schedule does so long after the beginning.
    fn turn(&self, after: Seconds) -> Result<(), SaveError> {
        Self::at(after, |at| now(self.rotator.turn_all(at)))
    }

    fn ask(&self, after: Seconds) -> Result<(), NotRotated> {
        Self::at(after, |at| now(self.rotator.ask(at, id(1))))
    }

    fn client(&self) -> Client {
        self.bench.client(7).unwrap()
    }

    /// The key that signs, and those that are published beside, by where they are held.
    fn keys(&self) -> (String, Vec<String>) {
        let config = now(self.bench.service.current(&tenant().id)).unwrap();
        let pair = config.key(id(1)).unwrap();
        let client = self.client();
        let named = |kid: &str| {
            let mut all = pair.in_kms();
            let found = all.find(|(key, _)| key.kid == kid);
            found.expect("it is of the pair").1.to_owned()
        };
        let further = client.further_keys.published.iter();
        let further = further.map(|key| named(&key.kid)).collect();
        (named(client.signing.kid().unwrap()), further)
    }

    fn rotation(&self) -> Rotation {
        let config = now(self.bench.service.current(&tenant().id)).unwrap();
        config.key(id(1)).unwrap().rotation.clone().unwrap()
    }
}

fn event(action: Action, at: Timestamp) -> Event {
    Event {
        id: Uuid::nil(),
        action,
        at,
        app: "test".into(),
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: serde_json::Map::new(),
    }
}

fn second_before(span: Seconds) -> Seconds {
    Seconds(span.0 - 1)
}

fn sum(one: Seconds, other: Seconds) -> Seconds {
    Seconds(one.0 + other.0)
}

fn keys(signs: &str, further: &[&str]) -> (String, Vec<String>) {
    let further = further.iter().map(|&it| it.to_owned());
    (signs.to_owned(), further.collect())
}

#[test]
fn oidc_core_10_1_1_a_key_is_published_before_it_signs_and_until_its_last_token_has_expired() {
    let it = Rotating::every("days=10");
    it.turn(Seconds(0)).unwrap();
    assert_eq!(it.keys(), keys("arn", &["made 1"]), "published at once");
    let due = Seconds::days(10);
    it.turn(second_before(due)).unwrap();
    assert_eq!(it.keys(), keys("arn", &["made 1"]));
    it.turn(due).unwrap();
    assert_eq!(
        it.keys(),
        keys("made 1", &["made 2", "arn"]),
        "what comes, then what was"
    );
    assert_eq!(it.ring.ended(), [""; 0]);
    // Access and ID tokens live for an hour by default.
    let over = sum(due, sum(HOUR, SEEN));
    it.turn(second_before(over)).unwrap();
    assert_eq!(it.keys(), keys("made 1", &["made 2", "arn"]));
    it.turn(over).unwrap();
    assert_eq!(it.keys(), keys("made 1", &["made 2"]));
    assert_eq!(it.ring.ended(), ["arn"]);
    assert_eq!(
        it.client().further_keys.believed.len(),
        1,
        "for old ID tokens"
    );
    it.turn(sum(due, Seconds::days(31))).unwrap();
    assert!(it.client().further_keys.believed.is_empty());
    assert_eq!(
        it.keys(),
        keys("made 2", &["made 3", "made 1"]),
        "late, and as it goes"
    );
}

#[test]
fn the_longest_token_of_all_who_sign_with_a_key_decides() {
    let it = Rotating::every("days=10");
    let long = Provider {
        access_token_validity: Validity::parse("days=2").unwrap(),
        ..provider(8, &[11])
    };
    it.bench.save([long.into(), application(8).into()]).unwrap();
    it.turn(Seconds(0)).unwrap();
    let due = Seconds::days(10);
    it.turn(due).unwrap();
    let over = sum(due, sum(Seconds::days(2), SEEN));
    it.turn(second_before(over)).unwrap();
    assert_eq!(it.keys().1, ["made 2", "arn"]);
    it.turn(over).unwrap();
    assert_eq!(it.keys().1, ["made 2"]);
}

#[test]
fn old_id_tokens_say_who_is_meant_for_as_long_as_anybody_may_refresh_them() {
    let it = Rotating::every("days=100");
    let long = Provider {
        refresh_token_validity: Validity::parse("days=60").unwrap(),
        ..provider(7, &[11, 12])
    };
    it.bench.save([long.into()]).unwrap();
    it.turn(Seconds(0)).unwrap();
    it.turn(Seconds::days(100)).unwrap();
    let believed = |days: i64, less: i64| {
        it.turn(Seconds(Seconds::days(days).0 - less)).unwrap();
        it.client().further_keys.believed.len()
    };
    assert_eq!(believed(101, 0), 1);
    assert_eq!(believed(160, 1), 1);
    assert_eq!(believed(160, 0), 0);
}

#[test]
fn whoever_asks_has_the_next_key_as_soon_as_everybody_has_seen_it() {
    let it = Rotating::never();
    it.ask(Seconds(0)).unwrap();
    assert_eq!(it.keys(), keys("arn", &["made 1"]));
    assert_eq!(it.rotation().ready(), Some(NOW + SEEN));
    it.ask(second_before(SEEN)).unwrap();
    assert_eq!(
        it.keys(),
        keys("arn", &["made 1"]),
        "some may not know it yet"
    );
    it.turn(SEEN).unwrap();
    assert_eq!(
        it.keys(),
        keys("made 1", &["arn"]),
        "and none is made without a schedule"
    );
    it.turn(Seconds::days(200)).unwrap();
    assert_eq!(it.keys(), keys("made 1", &[]));
}

#[test]
fn what_was_brought_does_not_rotate() {
    let it = Rotating::never();
    let certificate = crate::certificate::Certificate {
        pem: String::new(),
        sha256: String::new(),
        sha1: String::new(),
        expires: NOW,
        subject: String::new(),
        given: true,
    };
    let brought = KeyPair {
        certificate: Some(certificate),
        ..key(1)
    };
    it.put(brought.clone());
    assert!(matches!(it.ask(Seconds(0)), Err(NotRotated::Brought)));
    let rotation = Rotation {
        every: Some(Validity::parse("days=1").unwrap()),
        ..Rotation::since(NOW)
    };
    let rotating = KeyPair {
        rotation: Some(rotation),
        ..brought
    };
    let Err(SaveError::Wrong(problems)) = it.bench.save([rotating.into()]) else {
        panic!("it was brought");
    };
    assert!(problems.to_string().contains("made here"), "{problems}");
}

#[test]
fn a_key_signs_for_an_hour_at_least() {
    let it = Rotating::never();
    for (every, good) in [("minutes=59", false), ("hours=1", true)] {
        let rotation = Rotation {
            every: Some(Validity::parse(every).unwrap()),
            ..Rotation::since(NOW)
        };
        let pair = KeyPair {
            rotation: Some(rotation),
            ..key(1)
        };
        assert_eq!(it.bench.save([pair.into()]).is_ok(), good, "{every}");
    }
}

#[test]
fn keys_do_not_pile_up_behind_long_tokens() {
    let it = Rotating::every("hours=1");
    let long = Provider {
        access_token_validity: Validity::parse("days=365").unwrap(),
        ..provider(7, &[11])
    };
    it.bench.save([long.into()]).unwrap();
    for hour in 0..40 {
        it.turn(Seconds::hours(hour)).unwrap();
    }
    assert_eq!(it.keys().1.len(), 9, "the next, and eight before");
}

#[test]
fn the_time_of_a_key_counts_from_when_the_last_client_has_it() {
    let it = Rotating::every("hours=1");
    let many: Vec<u64> = (100..220).collect();
    for pks in many.chunks(10) {
        let both = |pk: &u64| [provider(*pk, &[12]).into(), application(*pk).into()];
        it.bench.save(pks.iter().flat_map(both)).unwrap();
    }
    let published = || {
        it.bench.store.look(|it| {
            let all = it.ids.values();
            all.filter(|client| !client.further_keys.published.is_empty())
                .count()
        })
    };
    // The first run is cut off once the pair is written: most clients do not have the key.
    it.bench.store.look(|it| it.breaks_after = Some(1));
    assert!(it.turn(Seconds(0)).is_err());
    assert!(published() < 121);
    it.bench.store.look(|it| it.breaks_after = None);
    let later = Seconds::hours(2);
    it.turn(later).unwrap();
    assert_eq!(published(), 121);
    assert_eq!(it.keys(), keys("arn", &["made 1"]), "it was due long ago");
    assert_eq!(it.ring.made(), 1, "the key that was made is used");
    it.turn(sum(later, second_before(SEEN))).unwrap();
    assert_eq!(it.keys().0, "arn");
    it.turn(sum(later, SEEN)).unwrap();
    assert_eq!(it.keys().0, "made 1");
}

#[test]
fn a_key_of_another_turn_is_not_left_over() {
    let it = Rotating::every("days=10");
    // While this one makes a key, another run has made one.
    let faster = crate::key::SigningKey {
        held: Held::Direct {
            key_id: "faster".into(),
        },
        ..key(1).signing().unwrap().clone()
    };
    let theirs = key_with(&it, faster);
    let mut document = Object::from(theirs).document(3).unwrap();
    document.version = 3;
    it.bench.store.look(|inside| {
        inside.others = [Some(Object::read(document).unwrap())].into();
    });
    it.turn(Seconds(0)).unwrap();
    assert_eq!(it.ring.ended(), ["made 1"], "nobody has heard of it");
    assert_eq!(
        it.rotation().next.unwrap().key.kid,
        key(1).signing().unwrap().kid
    );
}

/// The pair as another run would leave it.
fn key_with(it: &Rotating, next: crate::key::SigningKey) -> KeyPair {
    let config = now(it.bench.service.current(&tenant().id)).unwrap();
    config.key(id(1)).unwrap().clone().prepared(next, None)
}

#[test]
fn what_kms_does_not_remove_it_is_asked_to_for_a_day() {
    let it = Rotating::every("days=10");
    it.turn(Seconds(0)).unwrap();
    let due = Seconds::days(10);
    it.turn(due).unwrap();
    *it.ring.refuses.lock().unwrap() = true;
    let over = sum(due, sum(HOUR, SEEN));
    assert!(it.turn(over).is_err());
    assert_eq!(it.keys().1, ["made 2", "arn"], "so that it is tried again");
    it.turn(sum(over, DAY)).unwrap();
    assert_eq!(it.keys().1, ["made 2"]);
}
