//! Many uses of one proof at once.

use std::sync::Arc;

use futures_util::future::join_all;
use provider::authenticator::Authenticator;
use provider::ports::{Use, Used};

use super::super::stage::{Stage, digest};
use super::{app, assertion, codes, key, person};

/// 50 at once: one gets a yes.
async fn of_fifty(stage: &Arc<Stage>, one: &Authenticator, proof: &Use) -> usize {
    let tries = (0..50).map(|_| {
        let (stage, one, proof) = (Arc::clone(stage), one.clone(), proof.clone());
        tokio::spawn(async move { stage.spend(&one, &proof).await })
    });
    let outcomes = join_all(tries).await;
    outcomes
        .into_iter()
        .filter(|outcome| *outcome.as_ref().expect("no panic") == Used::Yes)
        .count()
}

async fn of_fifty_uses_of_one_proof_one_counts(stage: Stage) {
    let (stage, user, code) = (Arc::new(stage), person(), digest());
    let all = [app(user), codes(user, &[code, digest()]), key(user, "k")];
    let proofs = [Use::Totp { step: 1 }, Use::Static { code }, assertion(1, 2)];
    for (one, proof) in all.iter().zip(&proofs) {
        stage.add(one).await;
        assert_eq!(of_fifty(&stage, one, proof).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_uses_of_one_proof_one_counts_embedded() {
    of_fifty_uses_of_one_proof_one_counts(Stage::embedded().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_uses_of_one_proof_one_counts_on_dynamodb_local() {
    of_fifty_uses_of_one_proof_one_counts(Stage::dynamodb_local().await).await;
}
