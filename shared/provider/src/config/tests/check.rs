use serde_json::json;

use super::super::check::check;
use super::*;
use crate::client::MatchingMode;

/// What is wrong with an object among the usual ones, as `field: message`.
fn wrong(object: impl Into<Object>) -> Vec<String> {
    let object = object.into();
    let mut all = usual();
    all.extend([
        provider(8, &[]).into(),
        policy(31, "taken").into(),
        binding(41, 7, Bound::Policy(id(31))).into(),
        source(51, "taken").into(),
        object.clone(),
    ]);
    let mut problems = Problems::default();
    check(&config(all), &object, &mut problems);
    let text = |it: &Problem| format!("{}: {}", it.field, it.message);
    problems.0.iter().map(text).collect()
}

fn with(change: impl FnOnce(&mut Provider)) -> Vec<String> {
    let mut changed = provider(9, &[11]);
    change(&mut changed);
    wrong(changed)
}

fn uri(matching_mode: MatchingMode, url: &str) -> Vec<String> {
    with(|it| {
        it.redirect_uris = vec![RedirectRule {
            matching_mode,
            url: url.into(),
        }];
    })
}

#[test]
fn what_is_sound_is_saved() {
    assert!(with(|_| ()).is_empty());
    for object in usual() {
        assert!(wrong(object).is_empty());
    }
    assert!(wrong(source(52, "other")).is_empty());
    assert!(wrong(binding(42, 7, Bound::Policy(id(31)))).is_empty());
}

#[test]
fn reference_2_3_a_strict_uri_is_a_uri_and_a_pattern_need_not_parse() {
    for bad in [
        "",
        "/cb",
        "https://a/#f",
        "javascript:alert(1)",
        "not a uri",
    ] {
        let found = uri(MatchingMode::Strict, bad);
        assert_eq!(found.len(), 1, "{bad}");
        assert!(
            found[0].starts_with(&format!("redirect_uris: {bad:?} is not")),
            "{found:?}"
        );
    }
    for good in [".*", "*", "https://(a", "https://app\\.example/.+"] {
        assert!(uri(MatchingMode::Regex, good).is_empty(), "{good}");
    }
    assert_eq!(uri(MatchingMode::Regex, " ").len(), 1);
    assert_eq!(uri(MatchingMode::Regex, &"a".repeat(2_049)).len(), 1);
}

#[test]
fn names_are_unique_among_their_kind() {
    let taken = with(|it| it.name = "provider 7".into());
    assert_eq!(taken, ["name: another provider has this name: provider 7"]);
    let taken = with(|it| it.client_id = ClientId::parse("client-7").unwrap());
    assert_eq!(
        taken,
        ["client_id: another provider has this client_id: client-7"]
    );
    let mut app = application(8);
    app.slug = slug("app-7");
    assert_eq!(
        wrong(app),
        ["slug: another application has this slug: app-7"]
    );
    assert_eq!(
        wrong(policy(32, "taken")),
        ["name: another policy has this name: taken"]
    );
    assert_eq!(
        wrong(source(52, "taken")),
        ["slug: another source has this slug: taken"]
    );
    let email = Mapping::shipped(Shipped::Email, id(13)).unwrap();
    assert_eq!(wrong(email).len(), 2, "name and managed");
    assert_eq!(
        wrong(KeyPair {
            name: "key 1".into(),
            ..key(2)
        })
        .len(),
        1
    );
}

#[test]
fn what_is_referred_to_exists_and_is_of_its_kind() {
    let table: [(Vec<String>, &str); 9] = [
        (
            with(|it| it.property_mappings.push(id(99))),
            "property_mappings: there is no scope mapping",
        ),
        (
            with(|it| it.signing_key = Some(id(99))),
            "signing_key: there is no key",
        ),
        (
            with(|it| it.encryption_key = Some(id(1))),
            "encryption_key: this key is for signatures",
        ),
        (
            with(|it| it.jwt_federation_sources = vec![id(99)]),
            "jwt_federation_sources: there is no source",
        ),
        (
            with(|it| it.jwt_federation_providers = vec![99]),
            "jwt_federation_providers: there is no provider 99",
        ),
        (
            with(|it| it.authorization_flow = slug("x")),
            "authorization_flow: there is no such flow: x",
        ),
        (
            with(|it| it.invalidation_flow = Some(slug("x"))),
            "invalidation_flow: there is no such flow: x",
        ),
        (
            wrong(binding(42, 6, Bound::Policy(id(31)))),
            "target: there is no application, flow or flow stage binding",
        ),
        (
            wrong(binding(42, 7, Bound::Policy(id(99)))),
            "policy: there is no policy",
        ),
    ];
    for (found, want) in table {
        assert_eq!(found.len(), 1, "{want}");
        assert!(found[0].starts_with(want), "{found:?}");
    }
    assert_eq!(
        wrong(application(99)),
        ["provider: there is no provider 99"]
    );
    let mut second = application(8);
    second.provider = Some(7);
    assert_eq!(
        wrong(second),
        ["provider: application app-7 has this provider already"]
    );
}

#[test]
fn a_client_can_authenticate_and_sign() {
    let none = with(|it| it.client_secret = None);
    assert_eq!(none, ["client_secret: a confidential client needs one"]);
    let unsigned = with(|it| {
        it.client_type = ClientType::Public;
        (it.client_secret, it.signing_key) = (None, None);
    });
    assert_eq!(unsigned.len(), 1);
    assert!(unsigned[0].starts_with("signing_key: without one the client secret signs"));
    assert!(with(|it| it.signing_key = None).is_empty());
}

#[test]
fn a_lifetime_is_at_least_a_second() {
    let short = || Validity::parse("milliseconds=999").unwrap();
    let found = with(|it| {
        (it.access_code_validity, it.access_token_validity) = (short(), short());
        (it.refresh_token_validity, it.refresh_token_grace) = (short(), short());
    });
    let fields: Vec<&str> = found.iter().filter_map(|it| it.split(':').next()).collect();
    let want = [
        "access_code_validity",
        "access_token_validity",
        "refresh_token_validity",
    ];
    assert_eq!(fields, want);
}

#[test]
fn a_launch_url_is_no_script() {
    for (url, good) in [
        ("", true),
        ("https://a.example/?u=%(username)s", true),
        ("blank://blank", true),
        ("/relative", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
    ] {
        let mut app = application(8);
        app.meta_launch_url = url.into();
        assert_eq!(wrong(app).is_empty(), good, "{url}");
    }
}

#[test]
fn keys_of_a_source_are_a_jwk_set_or_at_a_url_that_may_be_fetched() {
    let deep = (0..9).fold(json!(1), |value, _| json!([value]));
    let large = "x".repeat(65_536);
    for bad in [
        json!({}),
        json!([]),
        json!({"keys": [1]}),
        json!({"keys": [{"x": deep}]}),
        json!({"keys": [{"x": large}]}),
    ] {
        let mut given = source(52, "ci");
        given.oidc_jwks = Some(bad);
        assert_eq!(wrong(given).len(), 1);
    }
    for (url, good) in [
        ("https://ci.example/jwks", true),
        ("http://127.0.0.1:9/jwks", true),
        ("http://localhost/jwks", true),
        ("http://ci.example/jwks", false),
        ("https://u:p@ci.example/jwks", false),
        ("file:///etc/passwd", false),
        ("jwks", false),
    ] {
        let mut given = source(52, "ci");
        given.oidc_jwks_url = Some(url.into());
        assert_eq!(wrong(given).is_empty(), good, "{url}");
    }
}

#[test]
fn a_policy_is_bound_once_with_an_order() {
    let mut again = binding(42, 7, Bound::Policy(id(31)));
    again.order = 41;
    assert_eq!(
        wrong(again),
        ["non_field_errors: this policy is bound with this order already"]
    );
    let mut slow = binding(42, 7, Bound::Policy(id(31)));
    slow.timeout = 3_601;
    assert_eq!(wrong(slow), ["timeout: is at most 3600 seconds"]);
}

#[test]
fn blank_texts_and_endless_lists_are_refused() {
    assert_eq!(
        wrong(mapping(13, "x", " ", "\n")),
        ["name: may not be blank", "expression: may not be blank"]
    );
    let mut blank = policy(32, "p");
    blank.expression = String::new();
    assert_eq!(wrong(blank), ["expression: may not be blank"]);
    let long = with(|it| it.property_mappings = vec![id(11); 201]);
    assert_eq!(
        long,
        ["property_mappings: has 201 entries; 200 is the most"]
    );
}

#[test]
fn problems_read_well_and_are_found_by_field() {
    let mut problems = Problems::default();
    let object = Object::from(provider(9, &[]));
    problems.add(&object, "name", "is odd");
    problems.add(&object, "non_field_errors", "does not fit");
    let text = "provider provider 9: name: is odd; provider provider 9: does not fit";
    assert_eq!(problems.to_string(), text);
    let fields = problems.of(object.kind(), &object.id());
    assert_eq!(fields["name"], ["is odd"]);
    assert!(problems.of(object.kind(), "other").is_empty());
}

#[test]
fn a_rule_of_a_source_says_something() {
    let rules = |subjects: &[&str], claims: &[(&str, &[&str])]| {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let mut changed = source(52, "other");
        changed.rules = crate::federation::Rules {
            subjects: own(subjects),
            claims: claims
                .iter()
                .map(|(name, patterns)| ((*name).to_owned(), own(patterns)))
                .collect(),
        };
        wrong(changed)
    };
    assert!(rules(&["repo:acme/*"], &[("/a/b", &["c", "d*"])]).is_empty());
    let many = vec!["a"; 51];
    for bad in [vec![""], vec!["*"], vec!["a", "**"], many] {
        let found = rules(&bad, &[]);
        assert!(found[0].starts_with("subjects: "), "{found:?}");
        let found = rules(&[], &[("a", &bad)]);
        assert!(found[0].starts_with("required_claims: "), "{found:?}");
    }
    for (name, patterns) in [("", &["a"][..]), ("a", &[])] {
        let found = rules(&[], &[(name, patterns)]);
        assert!(found[0].starts_with("required_claims: "), "{found:?}");
    }
}

#[test]
fn ciba_4_ping_needs_an_https_endpoint_and_only_confidential_clients_ask() {
    use crate::client::DeliveryMode;
    let asking = |endpoint: Option<&str>| {
        with(|it| {
            it.metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Ping);
            it.metadata.backchannel_client_notification_endpoint = endpoint.map(str::to_owned);
        })
    };
    assert!(asking(Some("https://rp.example/ping")).is_empty());
    for bad in [
        None,
        Some("http://rp.example/ping"),
        Some("https://u:p@rp.example/"),
        Some("https://rp.example/#x"),
        Some("ping"),
    ] {
        assert!(!asking(bad).is_empty(), "{bad:?}");
    }
    let public = with(|it| {
        it.client_type = ClientType::Public;
        it.metadata.token_exchange = Some(crate::client::TokenExchange::default());
    });
    assert!(
        public[0].starts_with("client_metadata: token_exchange"),
        "{public:?}"
    );
}
