//! What nobody is to learn from a fault.

use http::StatusCode;

use super::*;

#[test]
fn a_stranger_cannot_tell_which_check_a_code_failed() {
    let said = |fault: GrantFault| {
        let fault = Fault::from(fault);
        (fault.code().as_str(), fault.status(), fault.description())
    };
    for fault in [
        GrantFault::Expired,
        GrantFault::NotProven,
        GrantFault::OtherClient,
    ] {
        assert_eq!(said(fault), said(GrantFault::Unknown));
    }
}

#[test]
fn our_own_failures_never_reach_the_caller_in_words() {
    let fault = Fault::from(PortError::Unavailable("table latchkey at 10.0.0.1".into()));
    assert_eq!(fault.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!fault.description().contains("10.0.0.1"));
}

#[test]
fn what_the_caller_sent_never_reaches_the_log() {
    let fault = Fault::from(Malformed::Repeated("secret-in-a-name".into()));
    assert!(!fault.reason().contains("secret-in-a-name"));
}
