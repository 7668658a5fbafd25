use protocol::jose::PublicKey;
use protocol::{Seconds, UserId};

use super::*;
use crate::certificate::Certificate;
use crate::client::{ClientKind, ConsentMode, JwtKeys};
use crate::flow::Requirement;
use crate::flow::stage::DenySettings;
use crate::group::GroupId;
use crate::key::{EncryptionKey, Signing};
use crate::policy::{EngineMode, Target};

fn compiled(objects: Vec<Object>) -> crate::client::Client {
    compile(&config(objects), 7).expect("a client")
}

/// The usual objects with another provider.
fn with(change: impl FnOnce(&mut Provider)) -> Vec<Object> {
    let mut changed = provider(7, &[11, 12]);
    change(&mut changed);
    let mut objects = usual();
    objects.push(changed.into());
    objects
}

#[test]
fn reference_9_1_mappings_stand_in_order_of_scope_and_then_name() {
    let mut objects = with(|it| it.property_mappings = [24, 23, 22, 21, 21].map(id).into());
    for (number, scope, name) in [
        (21, "profile", "a"),
        (22, "email", "b"),
        (23, "email", "a"),
        (24, "openid", "z"),
    ] {
        let mut stored = Mapping::from(mapping(number, scope, name, "return {}"));
        stored.claims = vec![format!("{scope}-{name}"), "sub".into(), "shared".into()];
        objects.push(stored.into());
    }
    let client = compiled(objects);
    let order: Vec<u128> = client.mappings.iter().map(|it| it.id.as_u128()).collect();
    assert_eq!(order, [23, 22, 24, 21]);
    assert_eq!(client.scopes.to_string(), "email openid profile");
    // Reference §5.2: the standard ones, then theirs, each once.
    let (standard, theirs) = client.claims_supported.split_at(9);
    assert_eq!(standard, crate::claims::STANDARD);
    assert_eq!(
        theirs,
        ["email-a", "shared", "email-b", "openid-z", "profile-a"]
    );
}

#[test]
fn a_provider_without_an_application_has_no_client() {
    let mut objects = usual();
    objects.pop();
    assert!(compile(&config(objects), 7).is_none());
    assert!(compile(&config(usual()), 8).is_none());
}

#[test]
fn reference_4_4_without_a_key_the_secret_signs() {
    let client = compiled(with(|it| it.signing_key = None));
    let Signing::ClientSecret { client_id, sealed } = client.signing else {
        panic!("HS256");
    };
    assert_eq!((client_id.as_str(), sealed), ("client-7", Sealed(vec![1])));
    assert!(matches!(compiled(usual()).signing, Signing::Key(_)));
    let none = with(|it| {
        it.signing_key = None;
        it.client_type = ClientType::Public;
        it.client_secret = None;
    });
    assert!(compile(&config(none), 7).is_none(), "nothing to sign with");
}

#[test]
fn a_public_client_has_no_secret_to_authenticate_with() {
    let client = compiled(with(|it| it.client_type = ClientType::Public));
    assert!(matches!(client.kind, ClientKind::Public));
    let ClientKind::Confidential { secret } = compiled(usual()).kind else {
        panic!("confidential");
    };
    assert_eq!(secret, protocol::Digest::of(b"secret"));
}

/// The client of a flow: its consent, and whether the flow has to be gone through each time.
fn authorized(objects: impl IntoIterator<Item = Object>) -> (ConsentMode, bool) {
    let mut all = usual();
    all.extend(objects);
    let client = compiled(all);
    assert_eq!(client.authorization_flow.as_str(), flow::EXPLICIT_CONSENT);
    (client.consent, client.authorization_runs)
}

#[test]
fn reference_2_7_consent_is_that_of_the_flows_stage() {
    let table = [
        (ConsentKind::AlwaysRequire, ConsentMode::AlwaysRequire),
        (ConsentKind::Permanent, ConsentMode::Permanent),
        (
            ConsentKind::Expiring,
            ConsentMode::Expiring(Seconds::days(28)),
        ),
    ];
    for (mode, want) in table {
        let other = stage(71, "consent", consent(mode)).into();
        assert_eq!(authorized([other]), (want, false));
    }
    let silent = compiled(with(|it| {
        it.authorization_flow = slug(flow::IMPLICIT_CONSENT);
    }));
    assert_eq!(
        (silent.consent, silent.authorization_runs),
        (ConsentMode::Implicit, false)
    );
}

#[test]
fn a_flow_that_does_more_than_ask_for_consent_is_gone_through_each_time() {
    let bound = |target: u128, enabled| PolicyBinding {
        target: id(target),
        enabled,
        ..binding(41, 7, Bound::Group(GroupId(id(5))))
    };
    let kept = ConsentMode::Expiring(Seconds::days(28));
    let deny = stage(72, "deny", Settings::Deny(DenySettings::default()));
    let mut guarded = flow_of(61, flow::EXPLICIT_CONSENT, Designation::Authorization);
    guarded.authentication = Requirement::RequireSuperuser;
    let mut signed_in = guarded.clone();
    signed_in.authentication = Requirement::RequireAuthenticated;
    let table: [(Vec<Object>, bool); 7] = [
        (vec![deny.clone().into()], false),
        (vec![deny.into(), place(82, 61, 72).into()], true),
        (vec![bound(61, true).into()], true),
        (vec![bound(81, true).into()], true),
        (vec![bound(61, false).into()], false),
        (vec![guarded.into()], true),
        (vec![signed_in.into()], false),
    ];
    for (number, (objects, runs)) in table.into_iter().enumerate() {
        assert_eq!(authorized(objects), (kept, runs), "{number}");
    }
}

#[test]
fn a_provider_whose_flow_is_not_there_has_no_client() {
    let none = with(|it| it.authorization_flow = slug("nowhere"));
    assert!(compile(&config(none), 7).is_none());
}

#[test]
fn reference_9_2_bindings_stand_in_their_order() {
    let mut objects = usual();
    let mut first = application(7);
    first.policy_engine_mode = EngineMode::All;
    let user = UserId::from_random([1; 16]);
    let mut last = binding(41, 7, Bound::Policy(id(31)));
    last.order = 99;
    last.enabled = false;
    objects.extend([
        first.into(),
        policy(31, "scopes").into(),
        last.into(),
        binding(43, 7, Bound::User(user)).into(),
        binding(42, 7, Bound::Group(GroupId(id(5)))).into(),
        binding(44, 8, Bound::Group(GroupId(id(6)))).into(),
    ]);
    let policies = compiled(objects).policies;
    assert_eq!(policies.mode, EngineMode::All);
    let targets: Vec<Target> = policies
        .bindings
        .iter()
        .map(|it| it.target.clone())
        .collect();
    let policy = Target::Policy(policy(31, "scopes"));
    assert_eq!(
        targets,
        [Target::Group(GroupId(id(5))), Target::User(user), policy]
    );
    assert!(!policies.bindings[2].enabled);
    assert_eq!(policies.bindings[2].timeout, Seconds(30));
}

#[test]
fn a_binding_whose_policy_is_missing_does_not_open_the_application() {
    let mut objects = usual();
    objects.push(binding(41, 7, Bound::Policy(id(31))).into());
    assert!(compile(&config(objects), 7).is_none());
}

#[test]
fn reference_3_5_federation_names_what_is_trusted() {
    let mut off = source(52, "off");
    off.enabled = false;
    let mut keyless = source(53, "keyless");
    (keyless.oidc_jwks, keyless.issuer) = (None, None);
    let mut url = source(54, "url");
    (url.oidc_jwks, url.oidc_jwks_url) = (None, Some("https://ci.example/jwks".into()));
    let mut objects = with(|it| {
        it.jwt_federation_sources = [51, 52, 53, 54].map(id).into();
        it.jwt_federation_providers = vec![8];
    });
    objects.extend([
        source(51, "ci").into(),
        off.into(),
        keyless.into(),
        url.into(),
    ]);
    objects.push(provider(8, &[]).into());
    let federation = compiled(objects).federation;
    let found: Vec<_> = federation
        .sources
        .iter()
        .map(|it| (it.slug.as_str(), &*it.user_path))
        .collect();
    assert_eq!(found, [("ci", "sources/ci"), ("url", "sources/url")]);
    assert!(matches!(federation.sources[0].keys, JwtKeys::Inline(_)));
    assert_eq!(
        federation.sources[1].keys,
        JwtKeys::Url("https://ci.example/jwks".into())
    );
    assert_eq!(federation.providers[0].as_str(), "client-8");
}

#[test]
fn of_a_sources_keys_only_the_public_parts_are_taken() {
    let mut given = source(51, "ci");
    let key = serde_json::json!({"kty": "RSA", "n": "AQ", "d": "private", "k": "shared", "": 1, "alg": 7, "key_ops": ["verify"]});
    given.oidc_jwks = Some(serde_json::json!({"keys": [key], "more": 1e300}));
    let mut objects = with(|it| it.jwt_federation_sources = vec![id(51)]);
    objects.push(given.into());
    let JwtKeys::Inline(keys) = compiled(objects).federation.sources.remove(0).keys else {
        panic!("inline");
    };
    let want = serde_json::json!({"keys": [{"kty": "RSA", "n": "AQ", "key_ops": ["verify"]}]});
    assert_eq!(keys, want);
}

#[test]
fn api_b2_the_launch_url_is_the_one_given_or_the_origin_of_the_first_redirect_uri() {
    assert_eq!(
        compiled(usual()).launch_url.as_deref(),
        Some("https://rp.example")
    );
    let mut objects = usual();
    let mut given = application(7);
    given.meta_launch_url = "https://rp.example/start".into();
    objects.push(given.into());
    assert_eq!(
        compiled(objects).launch_url.as_deref(),
        Some("https://rp.example/start")
    );
    let scheme = with(|it| it.redirect_uris[0].url = "com.example.app:/cb".into());
    assert_eq!(compiled(scheme).launch_url, None);
    assert_eq!(
        compiled(with(|it| it.redirect_uris.clear())).launch_url,
        None
    );
}

#[test]
fn everything_else_is_taken_over() {
    let public = protocol::jose::PublicKey::rsa(&[1], &[3]);
    let encryption = KeyPair {
        id: id(2),
        name: "encryption".into(),
        material: KeyMaterial::Encryption(EncryptionKey {
            kid: "k".into(),
            public,
            kms_key: None,
        }),
        certificate: None,
        rotation: None,
    };
    let mut objects = with(|it| {
        it.encryption_key = Some(id(2));
        it.sub_mode = crate::client::SubMode::UserUpn;
        it.issuer_mode = crate::client::IssuerMode::Global;
        it.invalidation_flow = Some(slug("default-invalidation-flow"));
        it.authentication_flow = Some(slug("default-authentication-flow"));
        it.include_claims_in_id_token = false;
        it.access_code_validity = Validity::parse("minutes=2").unwrap();
        it.access_token_validity = Validity::parse("minutes=3").unwrap();
        it.refresh_token_validity = Validity::parse("minutes=4").unwrap();
        it.refresh_token_grace = Validity::parse("seconds=0").unwrap();
    });
    objects.push(encryption.into());
    let client = compiled(objects);
    assert_eq!(client.encryption_key.unwrap().kid, "k");
    assert_eq!(client.sub_mode, crate::client::SubMode::UserUpn);
    assert_eq!(client.issuer_mode, crate::client::IssuerMode::Global);
    assert_eq!(
        client.invalidation_flow,
        Some(slug("default-invalidation-flow"))
    );
    assert_eq!(
        client.authentication_flow,
        Some(slug("default-authentication-flow"))
    );
    assert!(!client.include_claims_in_id_token);
    let lives = [
        client.code_lifetime,
        client.access_lifetime,
        client.refresh_lifetime,
        client.refresh_grace,
    ];
    assert_eq!(
        lives,
        [Seconds(120), Seconds(180), Seconds(240), Seconds(0)]
    );
    assert_eq!(
        (client.provider_pk, &*client.provider_name),
        (7, "provider 7")
    );
    assert_eq!(
        (client.application_id, &*client.name),
        (id(1_007), "An app")
    );
}

#[test]
fn rfc7517_4_7_a_client_carries_the_certificates_of_its_keys() {
    let certificate = |der: &str| Certificate {
        pem: format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----"),
        sha256: String::new(),
        sha1: String::new(),
        expires: NOW,
        subject: "CN=a".into(),
        given: true,
    };
    let mut objects = usual();
    objects.retain(|it| it.as_key().is_none());
    let mut signing = key(1);
    signing.certificate = Some(certificate("AQ=="));
    let mut encryption = key(2);
    encryption.material = KeyMaterial::Certificate(PublicKey::rsa(&[1], &[3]));
    encryption.certificate = Some(certificate("Ag=="));
    let mut provider = provider(7, &[11, 12]);
    provider.encryption_key = Some(id(2));
    objects.extend([signing.into(), encryption.into(), provider.into()]);
    let client = compiled(objects);
    let x5c = |it| serde_json::to_value(it).unwrap()["x5c"][0].clone();
    assert_eq!(x5c(client.signing_certificate), "AQ==");
    assert_eq!(x5c(client.encryption_certificate), "Ag==");
    assert!(compiled(usual()).signing_certificate.is_none());
}

#[test]
fn a_source_without_keys_has_those_that_its_issuer_names() {
    let discovered = |issuer: Option<&str>| {
        let mut given = source(51, "ci");
        (given.oidc_jwks, given.issuer) = (None, issuer.map(str::to_owned));
        let mut objects = with(|it| it.jwt_federation_sources = vec![id(51)]);
        objects.push(given.into());
        compiled(objects).federation.sources.pop().map(|it| it.keys)
    };
    let url = "https://ci.example";
    assert_eq!(discovered(Some(url)), Some(JwtKeys::Discovered(url.into())));
    for bad in [None, Some("ci"), Some("http://ci.example")] {
        assert_eq!(discovered(bad), None, "{bad:?}");
    }
}
