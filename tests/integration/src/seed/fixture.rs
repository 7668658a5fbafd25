//! Everything of a provider can be set from a fixture, and loading one twice changes nothing.

use local::fixture::Fixture;
use local::seed::{Registered, Seed, Seeded};
use protocol::jose::Algorithm;
use protocol::{Seconds, Secret};
use provider::client::{
    Client, ClientKind, ConsentMode, IssuerMode, JwtKeys, MatchingMode, SubMode,
};
use provider::group::GroupId;
use provider::key::{Held, Signing};
use provider::policy::{EngineMode, Target};
use provider::ports::Intent;
use provider::user::UserKind;

use crate::harness::{Bench, HOST_NAME};

pub(super) const WHOLE: &str = include_str!("whole.yaml");

/// Loads a fixture, as the next start would.
pub(crate) async fn load(bench: &Bench, yaml: &str) -> Result<Seeded, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fixture.yaml");
    std::fs::write(&file, yaml).expect("a file");
    let fixture = Fixture::read(&file).map_err(|error| format!("{error:#}"))?;
    let base = format!("http://{HOST_NAME}");
    let callback = format!("{base}/demo/callback");
    let seed = Seed::new(&bench.backend).expect("a tenant");
    let loaded = seed
        .run(&base, &[HOST_NAME.to_owned()], &callback, Some(&fixture))
        .await;
    loaded.map_err(|error| format!("{error:#}"))
}

pub(super) async fn refused(bench: &Bench, yaml: &str) -> String {
    load(bench, yaml).await.err().unwrap_or_default()
}

fn registered<'s>(seeded: &'s Seeded, slug: &str) -> &'s Registered {
    let found = seeded
        .fixture
        .iter()
        .find(|it| it.client.slug.as_str() == slug);
    found.unwrap_or_else(|| panic!("no {slug}"))
}

pub(super) fn client<'s>(seeded: &'s Seeded, slug: &str) -> &'s Client {
    &registered(seeded, slug).client
}

pub(super) async fn revision(bench: &Bench) -> u64 {
    let config = bench.backend.stores.config();
    config
        .revision(&bench.seeded.tenant.id)
        .await
        .expect("reads")
}

#[tokio::test]
async fn every_setting_of_a_provider_reaches_its_client() {
    let bench = Bench::embedded().await;
    let seeded = load(&bench, WHOLE).await.expect("loads");
    let whole = client(&seeded, "whole");
    assert_eq!(
        (whole.name.as_str(), whole.provider_name.as_str()),
        ("Whole", "The whole")
    );
    assert_eq!(whole.client_id.as_str(), "whole-id");
    assert_eq!(
        whole.launch_url.as_deref(),
        Some("https://rp.example/start")
    );
    let rules: Vec<_> = whole
        .redirect_uris
        .iter()
        .map(|it| (it.matching_mode, &*it.url))
        .collect();
    let want = [
        (MatchingMode::Strict, "https://rp.example/cb"),
        (MatchingMode::Regex, r"https://.+\.rp\.example/cb"),
        (MatchingMode::Regex, "*"),
    ];
    assert_eq!(rules, want);
    assert_eq!(whole.consent, ConsentMode::Expiring(Seconds::days(2)));
    assert_eq!(
        whole
            .authentication_flow
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("default-authentication-flow")
    );
    assert_eq!(
        whole
            .invalidation_flow
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("default-provider-invalidation-flow")
    );
    let lives = [
        whole.code_lifetime,
        whole.access_lifetime,
        whole.refresh_lifetime,
        whole.refresh_grace,
    ];
    assert_eq!(
        lives,
        [Seconds(120), Seconds(3_900), Seconds(86_400), Seconds(5)]
    );
    assert_eq!(
        (whole.sub_mode, whole.issuer_mode),
        (SubMode::UserUpn, IssuerMode::Global)
    );
    assert!(!whole.include_claims_in_id_token);
    let Signing::Key(key) = &whole.signing else {
        panic!("a key")
    };
    assert_eq!(key.algorithm, Algorithm::Ps256);
    assert!(matches!(key.held, Held::Envelope { .. }));
    assert!(
        whole
            .encryption_key
            .as_ref()
            .is_some_and(|key| key.kms_key.is_none() && key.kid == "theirs")
    );
    let silent = client(&seeded, "silent");
    assert!(
        silent
            .encryption_key
            .as_ref()
            .is_some_and(|key| key.kms_key.is_some())
    );
    assert!(matches!(silent.kind, ClientKind::Public));
    assert!(matches!(silent.signing, Signing::ClientSecret { .. }));
    assert_eq!(silent.consent, ConsentMode::Implicit);
    assert_eq!(
        registered(&seeded, "silent")
            .secret
            .as_ref()
            .map(Secret::expose),
        Some("signs-with-this")
    );
    assert_eq!(
        seeded
            .tenant
            .brand
            .default_application
            .map(|slug| slug.to_string())
            .as_deref(),
        Some("whole")
    );
}

#[tokio::test]
async fn mappings_are_chosen_by_name_managed_name_or_scope() {
    let bench = Bench::embedded().await;
    let seeded = load(&bench, WHOLE).await.expect("loads");
    let names = |slug| {
        let mappings = client(&seeded, slug).mappings.iter();
        mappings.map(|it| it.name.as_str()).collect::<Vec<_>>()
    };
    let (openid, email) = (
        "authentik default OAuth Mapping: OpenID 'openid'",
        "authentik default OAuth Mapping: OpenID 'email'",
    );
    // In order of scope and name; a scope stands for the shipped mapping and the fixture's.
    assert_eq!(
        names("whole"),
        [email, openid, "More of a profile", "Roles"]
    );
    assert_eq!(
        client(&seeded, "whole").scopes.to_string(),
        "email openid profile roles"
    );
    let profile = "authentik default OAuth Mapping: OpenID 'profile'";
    assert_eq!(
        names("silent"),
        ["Scope custom:read", openid, "More of a profile", profile]
    );
    assert_eq!(
        client(&seeded, "silent").scopes.to_string(),
        "custom:read openid profile"
    );
    let announced = &client(&seeded, "whole").claims_supported;
    assert!(
        announced.contains(&"roles".to_owned()) && announced.contains(&"email".to_owned()),
        "{announced:?}"
    );
}

#[tokio::test]
async fn who_may_use_it_and_whose_jwts_count_are_set() {
    let bench = Bench::embedded().await;
    let seeded = load(&bench, WHOLE).await.expect("loads");
    let whole = client(&seeded, "whole");
    assert_eq!(whole.policies.mode, EngineMode::All);
    let [policy, group, user] = whole.policies.bindings.as_slice() else {
        panic!("{:?}", whole.policies)
    };
    assert!(
        matches!(&policy.target, Target::Policy(it) if it.name == "Scopes" && it.execution_logging)
    );
    assert_eq!(
        (policy.order, policy.timeout, policy.failure_result),
        (-1, Seconds(3), true)
    );
    assert!(matches!(group.target, Target::Group(_)) && group.negate && group.order == 1);
    assert!(matches!(user.target, Target::User(_)) && !user.enabled && user.order == 2);
    let federation = &whole.federation;
    assert_eq!(federation.providers[0].as_str(), "silent");
    let source = &federation.sources[0];
    assert_eq!(
        (source.slug.as_str(), source.user_path.as_str()),
        ("ci", "goauthentik.io/sources/ci")
    );
    assert_eq!(source.audiences, ["https://aud.example"]);
    assert!(source.reusable && matches!(source.keys, JwtKeys::Inline(_)));
}

#[tokio::test]
async fn people_have_groups_attributes_and_tokens() {
    let bench = Bench::embedded().await;
    load(&bench, WHOLE).await.expect("loads");
    let (stores, tenant) = (&bench.backend.stores, &bench.seeded.tenant.id);
    let bot = stores
        .users()
        .by_login(tenant, "bot")
        .await
        .expect("reads")
        .expect("is there");
    assert_eq!(bot.profile.kind, UserKind::ServiceAccount);
    assert_eq!(
        (bot.profile.path.as_str(), bot.subject.upn.as_deref()),
        ("bots", Some("bot@corp.example"))
    );
    assert_eq!(bot.profile.attributes["deep"]["list"][1], 2);
    let token = stores
        .user_tokens()
        .by_digest(tenant, &Secret::new("let-me-in").digest())
        .await;
    let token = token.expect("reads").expect("is there");
    assert_eq!(
        (token.identifier.as_str(), token.user),
        ("bot-login", bot.subject.id)
    );
    assert!(token.expires.is_some());
    for (key, name, intent, ends) in [
        ("let-my-scripts-in", "bot-scripts", Intent::Api, false),
        ("let-my-mail-in", "bot-mail", Intent::AppPassword, true),
    ] {
        let tokens = stores.user_tokens();
        let token = tokens.by_digest(tenant, &Secret::new(key).digest()).await;
        let token = token.expect("reads").expect("is there");
        assert_eq!((token.identifier.as_str(), token.intent), (name, intent));
        assert_eq!(token.expires.is_some(), ends, "{name}");
        assert_eq!(token.sealed, None, "only its digest is stored");
    }
    let direct: Vec<GroupId> = bot.subject.groups.iter().map(|group| group.id).collect();
    let groups = stores
        .groups()
        .closure(tenant, &direct, bench.now())
        .await
        .expect("reads");
    let mut names: Vec<_> = groups
        .0
        .values()
        .map(|it| (&*it.name, it.is_superuser))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [("everybody", false), ("implied", false), ("staff", true)]
    );
    let staff = stores
        .groups()
        .by_name(tenant, "staff")
        .await
        .expect("reads")
        .expect("is there");
    assert_eq!(staff.attributes["floor"], 3);
    // A circle can be written down; who follows it ends at depth 20.
    let round = stores
        .groups()
        .by_name(tenant, "round")
        .await
        .expect("reads")
        .expect("is there");
    let all = stores
        .groups()
        .closure(tenant, &[round.id], bench.now())
        .await
        .expect("reads");
    assert_eq!(all.0.len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let bench = Bench::embedded().await;
    let app = |more: &str, provider: &str| {
        format!("applications:\n- {{slug: odd, {more} provider: {{{provider}}}}}\n")
    };
    let table = [
        (app("bindings: [{policy: none}],", ""), "application odd: there is no policy none"),
        (app("bindings: [{user: nobody}],", ""), "application odd: there is no user nobody"),
        (app("", "property_mappings: [nothing]"), "property_mappings: nothing is neither"),
        (app("", "jwt_federation_sources: [ci]"), "there is no source ci"),
        (app("", "jwt_federation_providers: [none]"), "application odd: there is no application none"),
        (app("", "invalidation_flow: none"), "invalidation_flow: there is no such flow: none"),
        (app("", "access_token_validity: seconds=0"), "access_token_validity: seconds=0 is less than a second"),
        (app("", "client_id: web"), "another provider has this client_id: web"),
        (app("", "encryption_key: {public_key: nothing}"), "encryption_key: public_key: neither"),
        (app("meta_launch_url: 'javascript:alert(1)',", ""), "meta_launch_url: is not an absolute URL"),
        ("policies:\n- {name: p, expression: \"return (\"}\n".to_owned(), "policy p: expression: line 1"),
        (
            "scope_mappings:\n- name: m\n  scope_name: x\n  expression: |\n    a = 1\n    return open('/etc/passwd')\n".to_owned(),
            "mapping m: expression: line 2",
        ),
        ("groups:\n- {name: a, parent: nowhere}\n".to_owned(), "group a: there is no group nowhere"),
        ("sources:\n- {slug: s, oidc_jwks: []}\n".to_owned(), "source s: oidc_jwks: is not a JWK set"),
    ];
    for (yaml, want) in table {
        let found = refused(&bench, &yaml).await;
        assert!(found.contains(want), "{yaml}\n{found}");
    }
}
