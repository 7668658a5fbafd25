//! A private key is known to somebody else.

use super::*;

impl Rotating {
    fn revoke(&self, after: Seconds) -> Result<(), NotRotated> {
        Self::at(after, |at| now(self.rotator.revoke(at, id(1))))
    }
}

#[test]
fn a_revoked_key_is_nowhere_and_the_published_one_signs_at_once() {
    let it = Rotating::every("days=10");
    it.turn(Seconds(0)).unwrap();
    it.turn(Seconds::days(10)).unwrap();
    assert_eq!(it.keys(), keys("made 1", &["made 2", "arn"]));
    it.revoke(Seconds::days(10)).unwrap();
    assert_eq!(it.keys(), keys("made 2", &[]));
    assert_eq!(it.client().further_keys, crate::key::FurtherKeys::default());
    assert_eq!(it.ring.ended(), ["made 1", "arn"]);
    it.turn(Seconds::days(10)).unwrap();
    assert_eq!(
        it.keys(),
        keys("made 2", &["made 3"]),
        "the schedule goes on"
    );
}

#[test]
fn without_a_next_key_a_new_one_is_made() {
    let it = Rotating::never();
    it.revoke(HOUR).unwrap();
    assert_eq!(it.keys(), keys("made 1", &[]));
    assert_eq!(it.ring.ended(), ["arn"]);
    assert_eq!(it.rotation().rotated, NOW + HOUR);
    it.turn(Seconds::days(400)).unwrap();
    assert_eq!(
        it.keys(),
        keys("made 1", &[]),
        "it rotates no more than before"
    );
}

#[test]
fn old_id_tokens_of_a_revoked_key_say_nothing() {
    let it = Rotating::every("days=10");
    it.turn(Seconds(0)).unwrap();
    it.turn(Seconds::days(10)).unwrap();
    it.turn(Seconds::days(11)).unwrap();
    assert_eq!(it.client().further_keys.believed.len(), 1);
    it.revoke(Seconds::days(12)).unwrap();
    assert!(it.client().further_keys.believed.is_empty());
}

#[test]
fn a_key_that_another_pair_has_as_well_stays_in_kms() {
    let it = Rotating::never();
    it.put(key(2)); // of the same key
    it.revoke(HOUR).unwrap();
    assert_eq!(it.ring.ended(), [""; 0]);
}

#[test]
fn a_key_that_was_made_for_nothing_is_let_go() {
    let it = Rotating::never();
    it.bench.store.look(|it| it.breaks_after = Some(0));
    assert!(it.revoke(HOUR).is_err());
    assert_eq!(
        it.ring.ended(),
        [""; 0],
        "it may be that only the answer was lost"
    );
    it.bench.store.look(|it| it.breaks_after = None);
    let config = now(it.bench.service.current(&tenant().id)).unwrap();
    let at_once = config.key(id(1)).unwrap().clone();
    let theirs = at_once.revoked(key(1).signing().unwrap().clone(), None, NOW);
    let other = Object::from(KeyPair {
        rotation: Some(Rotation {
            every: Some(Validity::parse("days=3").unwrap()),
            ..theirs.rotation.clone().unwrap()
        }),
        ..theirs
    });
    it.bench.store.look(|it| it.others = [Some(other)].into());
    it.revoke(HOUR).unwrap();
    assert_eq!(it.keys().0, "made 2");
    assert_eq!(
        it.ring.made(),
        2,
        "the second try takes the key of the first"
    );
    assert!(matches!(
        Rotating::at(HOUR, |at| now(it.rotator.revoke(at, id(99)))),
        Err(NotRotated::Gone)
    ));
}
