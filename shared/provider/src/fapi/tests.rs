//! Rules of FAPI 2.0 that need nothing but values.

use super::*;

const NOW: Timestamp = Timestamp::from_unix(1_000_000);

fn at(seconds: i64) -> Timestamp {
    NOW + Seconds(seconds)
}

#[test]
fn fapi2_message_signing_5_3_1_3_nbf_is_there_and_at_most_an_hour_old() {
    assert_eq!(check_life(Some(at(60)), Some(at(-3_500)), NOW), Ok(()));
    for nbf in [None, Some(at(-3_601))] {
        let refused = check_life(Some(at(60)), nbf, NOW);
        assert_eq!(refused, Err(RequestFault::Object("nbf")));
    }
}

#[test]
fn fapi2_message_signing_5_3_1_4_exp_is_there_and_at_most_an_hour_after_nbf() {
    assert_eq!(check_life(Some(at(3_600)), Some(at(0)), NOW), Ok(()));
    for exp in [None, Some(at(3_601))] {
        let refused = check_life(exp, Some(at(0)), NOW);
        assert_eq!(refused, Err(RequestFault::Object("exp")));
    }
}

#[test]
fn fapi2_5_3_2_2_8_answers_do_not_travel_over_plain_http_but_to_the_very_machine() {
    for good in [
        "https://rp.example/cb",
        "com.example.app:/cb",
        "http://127.0.0.1:5000/cb",
    ] {
        assert!(is_encrypted(good), "{good}");
    }
    for bad in ["http://rp.example/cb", "http://localhost/cb", "nonsense"] {
        assert!(!is_encrypted(bad), "{bad}");
    }
}

#[test]
fn fapi2_5_4_1_only_three_algorithms_are_fit() {
    for bad in ["RS256", "HS256", "none", "ES384", "ps256"] {
        assert!(!is_fit(bad), "{bad}");
    }
    assert!(FAPI_ALGORITHMS.iter().all(|algorithm| is_fit(algorithm)));
}
