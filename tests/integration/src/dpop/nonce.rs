//! Nonces (RFC 9449 §8, §9).

use protocol::Seconds;
use provider::http::Response;

use super::{OFFLINE, asking, bound, reconfigured, refused};
use crate::harness::exchange::TOKEN;
use crate::harness::prover::{Prover, USERINFO, show, with_ath};
use crate::harness::{Bench, header, member, summary};

const WANTED: &str = "the DPoP proof needs the nonce of this answer";

fn given(answer: &Response) -> String {
    let all = answer.headers().get_all("dpop-nonce").iter();
    assert_eq!(all.count(), 1, "§8: not more than one");
    header(answer, "dpop-nonce").to_owned()
}

async fn choosy() -> Bench {
    reconfigured("fast", |client| client.metadata.dpop_nonce_required = true).await
}

#[tokio::test]
async fn rfc9449_8_a_client_that_has_to_is_given_a_nonce_and_asks_again() {
    let bench = choosy().await;
    let prover = Prover::new();
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let first = prover.prove(&bench, exchange.clone()).send().await;
    assert_eq!(summary(&first), refused("use_dpop_nonce", WANTED));
    let mut claims = Prover::claims(&bench, "POST", TOKEN);
    claims["nonce"] = given(&first).into();
    let again = exchange.header("dpop", &prover.says(&claims));
    let answer = again.send().await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    assert_eq!(given(&answer), given(&first), "§8.2: with each answer");
}

#[tokio::test]
async fn rfc9449_9_a_resource_gives_one_too() {
    let bench = choosy().await;
    let prover = Prover::new();
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let nonce = given(&prover.prove(&bench, exchange.clone()).send().await);
    let mut claims = Prover::claims(&bench, "POST", TOKEN);
    claims["nonce"] = nonce.into();
    let tokens = exchange
        .header("dpop", &prover.says(&claims))
        .tokens()
        .await;
    let token = member(&tokens, "access_token");
    let refused = prover.userinfo(&bench, token).await;
    assert_eq!(refused.status(), 401);
    let challenge = header(&refused, "www-authenticate");
    assert!(
        challenge.starts_with(r#"DPoP error="use_dpop_nonce""#),
        "{challenge}"
    );
    let mut claims = with_ath(Prover::claims(&bench, "GET", USERINFO), token);
    claims["nonce"] = given(&refused).into();
    let proof = prover.says(&claims);
    let answer = show(&bench, USERINFO, &format!("DPoP {token}"), &[&proof]).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn rfc9449_8_a_nonce_that_is_not_ours_or_too_old_is_refused_whoever_sends_it() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let offered = crate::machines::by_secret(&bench, "fast");
    let nonce = given(&prover.prove(&bench, offered.clone()).send().await);
    let with = |nonce: &str| {
        let mut claims = Prover::claims(&bench, "POST", TOKEN);
        claims["nonce"] = nonce.into();
        offered.clone().header("dpop", &prover.says(&claims))
    };
    with(&nonce).tokens().await;
    let refusal = refused("use_dpop_nonce", WANTED);
    for made_up in ["", "made-up", &nonce[1..]] {
        assert_eq!(with(made_up).summary().await, refusal, "{made_up}");
    }
    bench.wait(Seconds(300));
    with(&nonce).tokens().await;
    bench.wait(Seconds(300));
    assert_eq!(with(&nonce).summary().await, refusal, "expired");
}

#[tokio::test]
async fn rfc9449_8_1_pages_may_read_the_nonce() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let tokens = bound(&bench, "fast", &prover, OFFLINE).await;
    let token = member(&tokens, "access_token");
    let proof = prover.shown(&bench, USERINFO, token);
    for (authorization, told) in [
        (format!("DPoP {token}"), "dpop-nonce"),
        (format!("DPoP {token}x"), "dpop-nonce, www-authenticate"),
    ] {
        let mut request = crate::harness::request(http::Method::GET, USERINFO, "");
        let headers = request.headers_mut();
        headers.insert("authorization", authorization.parse().expect("a header"));
        headers.insert("origin", "https://rp.example".parse().expect("a header"));
        headers.insert("dpop", proof.parse().expect("a header"));
        let answer = bench.send(request).await;
        if answer.status() == 200 {
            assert_eq!(header(&answer, "access-control-expose-headers"), told);
        }
        given(&answer);
    }
}

#[tokio::test]
async fn who_sends_no_proof_is_given_no_nonce() {
    let bench = Bench::embedded().await;
    let answer = crate::machines::by_secret(&bench, "fast").send().await;
    assert_eq!(header(&answer, "dpop-nonce"), "");
}
