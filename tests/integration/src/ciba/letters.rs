//! What a person is written that they are asked (CIBA Core §8: how they are reached is the server's).

use protocol::Seconds;

use super::{answer, asked, asking, page, polling};
use crate::harness::browser::Browser;
use crate::harness::{Bench, people};

fn letters(bench: &Bench) -> usize {
    bench.backend.mailbox.letters().len()
}

#[tokio::test]
async fn whoever_has_an_address_is_written_to_without_a_word_of_what_is_asked() {
    let bench = polling().await;
    asked(&asking(&bench)).await;
    let letters = bench.backend.mailbox.letters();
    assert_eq!(letters.len(), 1);
    let text = &letters[0].text;
    assert!(
        text.contains("http://localhost:8000/if/user/requests/"),
        "{text}"
    );
    assert!(!text.contains("W4SCT") && !text.contains("Fast"), "{text}");
    people::change(&bench, "bob", |user| user.subject.email = String::new()).await;
    asked(&asking(&bench).with("login_hint", "bob")).await;
    assert_eq!(bench.backend.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn a_person_with_a_waiting_request_gets_no_second_letter() {
    let bench = polling().await;
    for _ in 0..3 {
        asked(&asking(&bench)).await;
        bench.wait(Seconds(60));
    }
    assert_eq!(letters(&bench), 1);
    asked(&asking(&bench).with("login_hint", "bob")).await;
    assert_eq!(letters(&bench), 2, "bob knows of nothing");
    let (mut browser, _) = page(Browser::new(&bench)).await;
    answer(&mut browser, "refuse").await;
    asked(&asking(&bench)).await;
    assert_eq!(letters(&bench), 3, "who has answered is written to again");
    bench.wait(Seconds::minutes(10));
    asked(&asking(&bench)).await;
    assert_eq!(letters(&bench), 4, "and who has let it pass");
}

#[tokio::test]
async fn a_person_is_written_to_twenty_times_a_day_and_asked_all_the_same() {
    let bench = polling().await;
    for _ in 0..25 {
        asked(&asking(&bench).with("requested_expiry", "60")).await;
        bench.wait(Seconds(120));
    }
    assert_eq!(letters(&bench), 20);
}
