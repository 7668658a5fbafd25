//! Rules of authorization requests.

use super::*;
use crate::ErrorCode;
use crate::redirect::ResponseMode;

fn parse(raw: &str) -> Result<AuthorizeRequest, Malformed> {
    AuthorizeRequest::parse(&Params::parse(raw.as_bytes()).unwrap(), Dialect::Oauth)
}

fn refused(raw: &str) -> ErrorCode {
    parse(raw).expect_err(raw).code()
}

#[test]
fn rfc6749_4_1_1_response_type_is_required_and_must_be_known() {
    assert_eq!(refused("scope=openid"), ErrorCode::InvalidRequest);
    assert_eq!(
        refused("response_type=token"),
        ErrorCode::UnsupportedResponseType
    );
    assert!(parse("response_type=code").is_ok());
}

#[test]
fn multiple_response_types_3_the_order_does_not_matter() {
    for (text, flow) in [
        ("code", "authorization_code"),
        ("id_token", "implicit"),
        ("token id_token", "implicit"),
        ("token code", "hybrid"),
        ("id_token code", "hybrid"),
        ("token id_token code", "hybrid"),
    ] {
        assert_eq!(ResponseType::parse(text).unwrap().flow(), flow, "{text}");
    }
    for unknown in ["token", "none", "code code", "code  token", "", "Code"] {
        assert!(ResponseType::parse(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn multiple_response_types_5_tokens_never_travel_in_a_query() {
    for kind in ["id_token", "id_token+token", "code+token", "code+id_token"] {
        let raw = format!("response_type={kind}&nonce=n&response_mode=query&scope=openid");
        assert_eq!(refused(&raw), ErrorCode::InvalidRequest, "{kind}");
        let params = Params::parse(raw.as_bytes()).unwrap();
        assert_eq!(ReplyTo::parse(&params).mode, ResponseMode::Fragment);
    }
    assert!(parse("response_type=code&response_mode=query").is_ok());
    assert!(parse("response_type=code&response_mode=fragment").is_ok());
}

#[test]
fn oidc_core_3_2_2_1_a_nonce_is_required_with_an_id_token() {
    for kind in [
        "id_token",
        "id_token+token",
        "code+id_token",
        "code+id_token+token",
    ] {
        assert_eq!(
            refused(&format!("response_type={kind}")),
            ErrorCode::InvalidRequest
        );
        assert!(parse(&format!("response_type={kind}&nonce=n")).is_ok());
    }
    assert!(parse("response_type=code+token").is_ok());
}

#[test]
fn github_clients_leave_out_the_response_type_and_part_scopes_by_commas() {
    let params = Params::parse(b"scope=user:email,read:org").unwrap();
    let request = AuthorizeRequest::parse(&params, Dialect::Github).unwrap();
    assert!(request.response_type.code && request.scopes.contains("read:org"));
    assert!(AuthorizeRequest::parse(&params, Dialect::Oauth).is_err());
}

#[test]
fn rfc6749_3_1_request_parameters_must_not_repeat() {
    assert_eq!(
        refused("response_type=code&nonce=a&nonce=b"),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        refused("response_type=code&x=a&x=b"),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn oidc_core_3_1_2_1_prompt_none_stands_alone() {
    for bad in ["none+login", "login+none", "none+unknown"] {
        assert_eq!(
            refused(&format!("response_type=code&prompt={bad}")),
            ErrorCode::InvalidRequest
        );
    }
    let prompt = parse("response_type=code&prompt=login++consent+other")
        .unwrap()
        .prompt;
    assert_eq!(
        prompt,
        Prompt {
            none: false,
            login: true,
            consent: true
        }
    );
    assert!(Prompt::parse("select_account").unwrap().login);
    assert!(
        !Prompt::parse("None").unwrap().none,
        "values are case-sensitive"
    );
}

#[test]
fn oidc_core_3_1_2_1_max_age_is_a_number_of_seconds() {
    assert_eq!(
        parse("response_type=code&max_age=0").unwrap().max_age,
        Some(Seconds(0))
    );
    for bad in ["-1", "1.5", "x", "99999999999999999999", "+1"] {
        assert_eq!(
            refused(&format!("response_type=code&max_age={bad}")),
            ErrorCode::InvalidRequest
        );
    }
}

#[test]
fn oidc_core_3_1_2_6_unsupported_parameters_have_their_own_errors() {
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        assert_eq!(refused(&format!("response_type=code&{name}=x")), code);
    }
}

#[test]
fn an_unknown_response_mode_is_answered_in_the_default_mode() {
    let params = Params::parse(b"response_type=code&response_mode=web&state=s").unwrap();
    let reply = ReplyTo::parse(&params);
    assert_eq!(
        (reply.mode, reply.state.as_deref()),
        (ResponseMode::Query, Some("s"))
    );
    assert_eq!(
        AuthorizeRequest::parse(&params, Dialect::Oauth)
            .unwrap_err()
            .code(),
        ErrorCode::InvalidRequest
    );
}

#[test]
fn a_state_with_a_line_break_is_refused_and_not_echoed() {
    let params = Params::parse(b"response_type=code&state=a%0d%0aSet-Cookie:x").unwrap();
    assert_eq!(ReplyTo::parse(&params).state, None);
    assert!(AuthorizeRequest::parse(&params, Dialect::Oauth).is_err());
}
