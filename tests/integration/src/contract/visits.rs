//! Whoever visits a session while it ends hears of that, or is refused; and sessions that were stored before they noted
//! their visitors go on.

use std::sync::Arc;

use futures_util::future::join_all;
use local::outbox::Outbox;
use provider::ports::{ChangedAccount, Leaving, Opened, Opening, Saved, SignIn, Visiting, Written};
use provider::session::{Session, SessionToken};
use provider::user::User;

use super::logouts::{stored, visit};
use super::stage::{
    NOW, Stage, at, changed, client_id, entering, event, grant, onward, opening, session,
};

over_both_stores! {
    a_session_of_before_notes_those_who_come_at_once,
    a_session_of_before_is_left_signed_in_again_and_ended,
    a_visit_during_sign_out_is_announced_or_refused,
    a_visit_while_a_session_is_replaced_or_ended_from_elsewhere_is_announced_or_refused,
    all_sessions_are_announced_however_many,
}

/// A session as it was stored before there was anything to note in it.
async fn of_before(stage: &Stage, user: &User) -> (SessionToken, Session) {
    let (token, it) = session(user);
    stage.enter(&it).await;
    let (tenant, id) = (&stage.tenant, user.subject.id);
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let dynamodb = stage.aws.dynamodb();
    let request = dynamodb.update_item().table_name(&stage.table);
    let request = request
        .key("pk", text(format!("T#{tenant}#USER#{id}")))
        .key("sk", text(format!("SESSION#{}", it.id)))
        .condition_expression("attribute_exists(visited) AND attribute_exists(#left)")
        .expression_attribute_names("#left", "left")
        .update_expression("REMOVE visited, #left");
    request.send().await.expect("it is there");
    (token, it)
}

/// Opens grants of these clients in the session, all at once.
async fn come(stage: &Stage, user: &User, it: &Session, clients: &[String]) -> Vec<Opened> {
    let opened = clients.iter().map(|client| async move {
        let mut grant = grant(user);
        grant.client_id = client_id(client);
        let visit = visit(true, NOW);
        let (visiting, event) = (Visiting { session: it, visit }, event());
        let opening = Opening {
            visit: Some(&visiting),
            ..opening(&grant, &event)
        };
        let opened = stage.stores.grants().open(&stage.tenant, &opening).await;
        opened.expect("answers")
    });
    join_all(opened).await
}

fn names(many: usize) -> Vec<String> {
    (0..many).map(|number| format!("c{number}")).collect()
}

async fn a_session_of_before_notes_those_who_come_at_once(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, it) = of_before(stage, &ada).await;
    let clients = names(5);
    let opened = come(stage, &ada, &it, &clients).await;
    assert_eq!(opened, [Opened::Yes; 5]);
    let noted = stored(stage, &token).await.visited;
    let noted: Vec<_> = noted.into_keys().collect();
    let expected: Vec<_> = clients.iter().map(|client| client_id(client)).collect();
    assert_eq!(noted, expected);
    let (_, gone) = session(&ada);
    let opened = come(stage, &ada, &gone, &names(1)).await;
    assert_eq!(opened, [Opened::SessionOver], "it makes no session");
}

async fn a_session_of_before_is_left_signed_in_again_and_ended(stage: &Stage) {
    let (browsers, tenant) = (stage.stores.browsers(), &stage.tenant);
    let (ada, event) = (stage.user("ada").await, event());
    let (token, it) = of_before(stage, &ada).await;
    let (from, onward) = (stage.begun().await, onward());
    let entry = SignIn {
        goes_on: true,
        ..entering(&it, &from, &onward, None, &event)
    };
    let saved = browsers.sign_in(tenant, &entry, NOW).await;
    assert_eq!(saved, Ok(Saved::Yes));

    let (token_left, left) = of_before(stage, &ada).await;
    let leaving = Leaving {
        client: &client_id("web"),
        now: at(1),
        event: &event,
    };
    browsers.leave(tenant, &left, &leaving).await.expect("left");
    let now = stored(stage, &token_left).await;
    assert_eq!(now.left[&client_id("web")], at(1));

    for (token, it) in [(&token, &it), (&token_left, &left)] {
        browsers.sign_out(tenant, it, &event).await.expect("ends");
        assert!(!stage.signed_in(token).await);
    }
    let (token, it) = of_before(stage, &ada).await;
    let ended = stage.stores.people().end_session(tenant, &it, &event).await;
    assert_eq!(ended, Ok(true));
    assert!(!stage.signed_in(&token).await);
}

/// Ends a session by `end` while clients come, each time a little later; and who was told is who got something.
async fn raced<F>(stage: &Stage, end: impl Fn(Session) -> F, outbox: &Outbox)
where
    F: Future<Output = ()>,
{
    let ada = stage.user("ada").await;
    let clients = names(4);
    let mut outcomes = [0, 0];
    for round in 0..12 {
        let (token, it) = session(&ada);
        stage.enter(&it).await;
        stage.proxy.take_calls();
        let ending = async {
            // Once so many calls of those who come have been answered; each makes one at least.
            let mut answered = 0;
            while answered < round % (clients.len() + 1) {
                answered += stage.proxy.take_calls().len();
                tokio::task::yield_now().await;
            }
            end(it.clone()).await;
        };
        let (opened, ()) = tokio::join!(come(stage, &ada, &it, &clients), ending);
        assert!(!stage.signed_in(&token).await);
        let told = outbox.take();
        for (client, opened) in clients.iter().zip(opened) {
            let id = client_id(client);
            let hears = told.iter().any(|notice| notice.client == id);
            outcomes[usize::from(opened == Opened::Yes)] += 1;
            match opened {
                Opened::Yes => assert!(hears, "{client} of round {round}"),
                Opened::SessionOver => {}
                Opened::Used => panic!("nothing was pushed"),
            }
        }
    }
    assert!(outcomes[1] > 0, "nobody came in time: {outcomes:?}");
}

async fn a_visit_during_sign_out_is_announced_or_refused(stage: &Stage) {
    let outbox = Arc::new(Outbox::default());
    let browsers = stage.stores.announcing(Arc::clone(&outbox) as _).browsers();
    let end = |it: Session| {
        let browsers = Arc::clone(&browsers);
        async move {
            let ended = browsers.sign_out(&stage.tenant, &it, &event()).await;
            ended.expect("ends");
        }
    };
    raced(stage, end, &outbox).await;
}

async fn a_visit_while_a_session_is_replaced_or_ended_from_elsewhere_is_announced_or_refused(
    stage: &Stage,
) {
    let outbox = Arc::new(Outbox::default());
    let stores = stage.stores.announcing(Arc::clone(&outbox) as _);
    let (browsers, people) = (stores.browsers(), stores.people());
    let bob = stage.user("bob").await;
    let end = |it: Session| {
        let (browsers, people) = (Arc::clone(&browsers), Arc::clone(&people));
        let (_, next) = session(&bob);
        async move {
            let (tenant, event) = (&stage.tenant, &event());
            if it.id.0.as_u128().is_multiple_of(2) {
                let ended = people.end_session(tenant, &it, event).await;
                assert_eq!(ended, Ok(true));
            } else {
                let (from, onward) = (stage.begun().await, onward());
                let entry = entering(&next, &from, &onward, Some(&it), event);
                let saved = browsers.sign_in(tenant, &entry, NOW).await;
                assert_eq!(saved, Ok(Saved::Yes));
            }
        }
    };
    raced(stage, end, &outbox).await;
}

async fn all_sessions_are_announced_however_many(stage: &Stage) {
    const MANY: usize = 130; // more than a list of sessions has
    let outbox = Arc::new(Outbox::default());
    let people = stage.stores.announcing(Arc::clone(&outbox) as _).people();
    let ada = stage.user("ada").await;
    let mut begun = Vec::new();
    for number in 0..MANY {
        let (_, mut it) = session(&ada);
        let client = client_id(&format!("c{number}"));
        it.visited.insert(client.clone(), visit(true, NOW));
        begun.push(client);
        stage.enter(&it).await;
    }
    let mut moved = changed(&ada);
    moved.subject.generation += 1; // another password
    let event = event();
    let change = ChangedAccount {
        user: &moved,
        previous: &ada,
        keeping: None,
        event: &event,
    };
    let done = people.change(&stage.tenant, &change).await;
    assert_eq!(done, Ok(Written::Yes));
    let mut told: Vec<_> = outbox.take().into_iter().map(|it| it.client).collect();
    told.sort_unstable();
    begun.sort_unstable();
    assert_eq!(told, begun);
}
