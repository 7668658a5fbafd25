//! Sessions note who hears of their end, whatever ends them announces it, and each client is told once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use local::outbox::Outbox;
use protocol::Timestamp;
use provider::ports::{ChangedAccount, Lease, Leaving, Notice, Opened, Opening, Visiting, Written};
use provider::session::{MOST_VISITED, Session, SessionToken, Visit};
use provider::user::User;

use super::stage::{
    NOW, Stage, at, changed, client_id, entering, event, grant, onward, opening, session,
};

over_both_stores! {
    a_grant_notes_its_client_in_the_session_iff_that_is_there,
    a_session_knows_a_client_that_came_twice_and_forgets_the_first_of_too_many,
    signing_in_again_keeps_what_was_noted_or_writes_nothing,
    whatever_ends_a_session_is_announced_first,
    a_notice_is_told_by_one_and_once,
    a_notice_is_over_once_the_session_or_its_part_is,
}

pub(super) fn visit(back: bool, at: Timestamp) -> Visit {
    Visit {
        at,
        iss: "https://id.example.com/".to_owned(),
        sub: "somebody".to_owned(),
        front: false,
        back,
    }
}

/// Opens a grant of this client in the session.
async fn open(stage: &Stage, user: &User, it: &Session, client: &str, visit: Visit) -> Opened {
    let mut grant = grant(user);
    grant.client_id = client_id(client);
    let visiting = Visiting { session: it, visit };
    let event = event();
    let opening = Opening {
        visit: Some(&visiting),
        ..opening(&grant, &event)
    };
    let opened = stage.stores.grants().open(&stage.tenant, &opening).await;
    let found = stage.stores.grants().find(&stage.tenant, grant.id).await;
    let opened = opened.expect("answers");
    assert_eq!(found.expect("reads").is_some(), opened == Opened::Yes);
    opened
}

pub(super) async fn stored(stage: &Stage, token: &SessionToken) -> Session {
    let look = provider::ports::Look {
        session: Some(token),
        ..provider::ports::Look::default()
    };
    let seen = stage.stores.browsers().look(&stage.tenant, look, NOW).await;
    seen.expect("reads").signed_in.expect("signed in").0
}

/// Somebody signed in, of whose session this client hears.
async fn heard_by(stage: &Stage, user: &User, client: &str) -> (SessionToken, Session) {
    let (token, begun) = session(user);
    stage.enter(&begun).await;
    let opened = open(stage, user, &begun, client, visit(true, NOW)).await;
    assert_eq!(opened, Opened::Yes);
    let stored = stored(stage, &token).await;
    (token, stored)
}

async fn a_grant_notes_its_client_in_the_session_iff_that_is_there(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, it) = heard_by(stage, &ada, "web").await;
    assert_eq!(it.visited[&client_id("web")], visit(true, NOW));
    let browsers = stage.stores.browsers();
    let ended = browsers.sign_out(&stage.tenant, &it, &event()).await;
    assert_eq!(ended, Ok(()));
    let opened = open(stage, &ada, &it, "es", visit(true, NOW)).await;
    assert_eq!(opened, Opened::SessionOver);
    assert!(!stage.signed_in(&token).await, "and it does not come back");
}

async fn a_session_knows_a_client_that_came_twice_and_forgets_the_first_of_too_many(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, mut it) = session(&ada);
    let name = |number: usize| client_id(&format!("c{number}"));
    let many = (0..MOST_VISITED).map(|number| {
        let when = at(i64::try_from(number).expect("few"));
        (name(number), visit(true, when))
    });
    it.visited = many.collect();
    assert!(it.knows(&name(0), &visit(true, at(50))));
    assert!(!it.knows(&name(0), &visit(false, at(50))), "it changed");
    stage.enter(&it).await;
    assert_eq!(it.forgotten_for(&name(5)), None);
    let opened = open(stage, &ada, &it, "new", visit(true, at(500))).await;
    assert_eq!(opened, Opened::Yes);
    let now = stored(stage, &token).await;
    assert_eq!(now.visited.len(), MOST_VISITED);
    assert!(now.visited.contains_key(&client_id("new")));
    assert!(!now.visited.contains_key(&name(0)));
    it.left = BTreeMap::from([(name(1), at(50))]);
    assert!(!it.knows(&name(1), &visit(true, at(50))), "it left");
}

async fn signing_in_again_keeps_what_was_noted_or_writes_nothing(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (_, before) = session(&ada);
    stage.enter(&before).await;
    open(stage, &ada, &before, "web", visit(true, NOW)).await;
    let again = |it: Session| async move {
        let (from, onward, event) = (stage.begun().await, onward(), event());
        let entry = provider::ports::SignIn {
            goes_on: true,
            ..entering(&it, &from, &onward, None, &event)
        };
        let browsers = stage.stores.browsers();
        browsers.sign_in(&stage.tenant, &entry, NOW).await
    };
    let refused = again(before.clone()).await;
    assert_eq!(refused, Ok(provider::ports::Saved::Stale));
    let mut now = before;
    now.visited.insert(client_id("web"), visit(true, NOW));
    assert_eq!(again(now).await, Ok(provider::ports::Saved::Yes));
}

async fn whatever_ends_a_session_is_announced_first(stage: &Stage) {
    let outbox = Arc::new(Outbox::default());
    let stores = stage.stores.announcing(Arc::clone(&outbox) as _);
    let (browsers, people) = (stores.browsers(), stores.people());
    let (tenant, event) = (&stage.tenant, &event());
    let announced = |of: &[&Session]| {
        let mut found: Vec<_> = outbox.take().iter().map(|it| it.session).collect();
        let mut want: Vec<_> = of.iter().map(|it| it.id).collect();
        found.sort_unstable();
        want.sort_unstable();
        assert_eq!(found, want);
    };

    let ada = stage.user("ada").await;
    let (_, it) = heard_by(stage, &ada, "web").await;
    browsers.sign_out(tenant, &it, event).await.expect("ends");
    announced(&[&it]);

    let (_, it) = heard_by(stage, &ada, "web").await;
    open(stage, &ada, &it, "es", visit(true, NOW)).await;
    let leaving = Leaving {
        client: &client_id("web"),
        now: at(1),
        event,
    };
    browsers.leave(tenant, &it, &leaving).await.expect("leaves");
    announced(&[&it]);

    let ended = people.end_session(tenant, &it, event).await;
    assert_eq!(ended, Ok(true));
    announced(&[&it, &it]); // as it was read, which is told once all the same; and whoever came since

    let (_, before) = heard_by(stage, &ada, "web").await;
    let (from, onward) = (stage.begun().await, onward());
    let (_, next) = session(&ada);
    let entry = entering(&next, &from, &onward, Some(&before), event);
    browsers.sign_in(tenant, &entry, NOW).await.expect("enters");
    announced(&[&before]);

    let bob = stage.user("bob").await;
    let (_, kept) = heard_by(stage, &bob, "web").await;
    let (_, other) = heard_by(stage, &bob, "web").await;
    let (_, deaf) = session(&bob);
    stage.enter(&deaf).await;
    let current = people.by_id(tenant, bob.subject.id).await;
    let bob = current.expect("reads").expect("there");
    let mut renamed = changed(&bob);
    renamed.subject.name = "Bob".to_owned();
    let change = |user, previous, keeping| ChangedAccount {
        user,
        previous,
        keeping,
        event,
    };
    let done = people.change(tenant, &change(&renamed, &bob, None)).await;
    assert_eq!(done, Ok(Written::Yes));
    announced(&[]);
    let mut moved = changed(&renamed);
    moved.subject.generation += 1; // another password
    let done = people
        .change(tenant, &change(&moved, &renamed, Some(&kept)))
        .await;
    assert_eq!(done, Ok(Written::Yes));
    announced(&[&other]);
    let mut inactive = changed(&moved);
    inactive.active = false;
    let done = people
        .change(tenant, &change(&inactive, &moved, None))
        .await;
    assert_eq!(done, Ok(Written::Yes));
    announced(&[&kept]);

    let eve = stage.user("eve").await;
    let (_, it) = heard_by(stage, &eve, "web").await;
    assert_eq!(people.remove(tenant, &eve, event).await, Ok(true));
    announced(&[&it]);
}

fn notice(stage: &Stage, it: &Session) -> Notice {
    let mut notices = Notice::of(&stage.tenant, it);
    assert_eq!(notices.len(), 1);
    notices.remove(0)
}

async fn a_notice_is_told_by_one_and_once(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (_, it) = heard_by(stage, &ada, "web").await;
    let (notice, logouts) = (notice(stage, &it), stage.stores.logouts());
    let leased = |now: i64| logouts.lease(&notice, at(now + 20), at(now));
    let many = join_all((0..20).map(|_| leased(0))).await;
    let won = many.iter().filter(|lease| **lease == Ok(Lease::Yes));
    assert_eq!(won.count(), 1, "{many:?}");
    assert_eq!(leased(19).await, Ok(Lease::Taken));
    logouts.give_back(&notice).await.expect("writes");
    assert_eq!(leased(19).await, Ok(Lease::Yes));
    assert_eq!(leased(39).await, Ok(Lease::Yes), "whoever had it is gone");
    logouts.told(&notice, &event()).await.expect("writes");
    logouts.give_back(&notice).await.expect("writes");
    for now in [40, 1_000] {
        assert_eq!(leased(now).await, Ok(Lease::Told));
    }
    let mut again = notice.clone();
    again.visit.at = at(1);
    let fresh = logouts.lease(&again, at(60), at(40)).await;
    assert_eq!(fresh, Ok(Lease::Yes), "another visit");
}

async fn a_notice_is_over_once_the_session_or_its_part_is(stage: &Stage) {
    let ada = stage.user("ada").await;
    let logouts = stage.stores.logouts();
    let over = async |notice: &Notice, now| {
        let ended = logouts.ended(notice, now).await.expect("reads");
        assert_eq!(ended.subject.expect("there").id, ada.subject.id);
        ended.over
    };
    let (_, it) = heard_by(stage, &ada, "web").await;
    let its = notice(stage, &it);
    assert!(!over(&its, NOW).await);
    assert!(over(&its, it.expires).await, "at the very second");
    let leaving = Leaving {
        client: &client_id("web"),
        now: at(1),
        event: &event(),
    };
    let browsers = stage.stores.browsers();
    browsers
        .leave(&stage.tenant, &it, &leaving)
        .await
        .expect("leaves");
    assert!(over(&its, NOW).await);
    let (_, it) = heard_by(stage, &ada, "web").await;
    let its = notice(stage, &it);
    let ended = browsers.sign_out(&stage.tenant, &it, &event()).await;
    assert_eq!(ended, Ok(()));
    assert!(over(&its, NOW).await);
}
