//! Many at once, on DynamoDB Local, which serves them side by side.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::{account_name, by_secret, found};
use crate::harness::{Bench, json, people, sub_of, summary};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_first_requests_at_once_one_makes_the_account_and_all_get_it() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let bench = Arc::clone(&bench);
        tasks.spawn(async move { by_secret(&bench, "fast").send().await });
    }
    let answers = tasks.join_all().await;
    let mut subjects = BTreeSet::new();
    for answer in &answers {
        assert_eq!(answer.status(), 200, "{}", summary(answer));
        subjects.insert(sub_of(&json(answer)).to_string());
    }
    assert_eq!(subjects.len(), 1, "one account");
    let name = account_name(&bench, "fast").await;
    let account = found(&bench, &name).await.expect("it");
    assert_eq!(account.subject.version, 1, "written once");
    let sub = people::sub(&bench, &name).await;
    assert!(subjects.contains(&format!("\"{sub}\"")));
}
