use super::*;
use crate::client::{
    AuthMethod, ConsentMode, Registration, RegistrationMode, SubjectType, TokenForm,
};
use crate::policy::PolicySet;
use crate::scripts::testing::client;

fn template(mode: RegistrationMode, documents: bool) -> Client {
    let mut template = client(Vec::new(), PolicySet::default());
    template.consent = ConsentMode::Permanent;
    template.metadata.registration = Some(Registration {
        mode,
        metadata_documents: documents,
        ..Registration::default()
    });
    template
}

fn item() -> RegisteredClient {
    RegisteredClient {
        client_id: ClientId::parse("https://mcp.example/client.json").unwrap(),
        template: Slug::parse("app").unwrap(),
        secret: None,
        name: Some("Editor".to_owned()),
        redirect_uris: vec![RedirectUri::parse("http://127.0.0.1/cb").unwrap()],
        post_logout_redirect_uris: Vec::new(),
        scopes: Some(Scopes::parse("openid").unwrap()),
        metadata: Metadata {
            token_endpoint_auth_method: Some(AuthMethod::None),
            subject_type: Some(SubjectType::Pairwise),
            ..Metadata::default()
        },
        access: None,
        software_statement: None,
        admitted_by: None,
        created: Timestamp::from_unix(1),
        until: None,
        fresh_until: None,
        version: 1,
    }
}

#[test]
fn its_issuer_and_rules_are_the_templates_and_its_grants_its_own() {
    let mut template = template(RegistrationMode::Open, false);
    template.metadata.dpop_bound_access_tokens = true;
    let client = Client::registered(&template, &item()).unwrap();
    assert_eq!(client.slug, template.slug);
    assert_eq!(client.issuer_mode, template.issuer_mode);
    assert!(!template.is(&client.client_id, client.provider_pk));
    assert!(!client.is(&template.client_id, template.provider_pk));
    assert!(client.metadata.dpop_bound_access_tokens);
    assert_eq!(client.metadata.subject_type, Some(SubjectType::Pairwise));
    assert_eq!(client.metadata.access_token_form, TokenForm::Rfc9068);
    assert_eq!(client.metadata.registration, None);
    assert!(
        client
            .scopes
            .is_subset_of(&Scopes::parse("openid").unwrap())
    );
}

#[test]
fn rfc9700_2_1_1_a_public_client_that_registered_needs_pkce() {
    let template = template(RegistrationMode::Open, false);
    assert!(
        Client::registered(&template, &item())
            .unwrap()
            .metadata
            .require_pkce
    );
}

#[test]
fn cimd_8_5_people_see_the_host_of_a_clients_document() {
    let template = template(RegistrationMode::Closed, true);
    let mut item = item();
    assert!(Client::registered(&template, &item).is_none(), "closed");
    item.fresh_until = Some(Timestamp::from_unix(9));
    let named = Client::registered(&template, &item).unwrap();
    assert_eq!(named.name, "Editor (mcp.example)");
    item.name = None;
    assert_eq!(
        Client::registered(&template, &item).unwrap().name,
        "mcp.example"
    );
}

#[test]
fn strangers_are_no_clients_where_nobody_is_asked_for_consent() {
    let mut template = template(RegistrationMode::Open, true);
    template.consent = ConsentMode::Implicit;
    assert!(!template.registers() && !template.has_documents());
    assert!(Client::registered(&template, &item()).is_none());
    template.metadata.registration.as_mut().unwrap().mode = RegistrationMode::Token;
    assert!(template.registers(), "whoever has the token is trusted");
}

#[test]
fn what_the_issuer_demands_holds_for_those_who_register() {
    let mut template = template(RegistrationMode::Open, false);
    let mut item = item();
    item.metadata.subject_type = Some(SubjectType::Public);
    let of = |template: &Client, item: &RegisteredClient| {
        *Client::registered(template, item).unwrap().metadata
    };
    assert!(!of(&template, &item).dpop_nonce_required);
    assert_eq!(of(&template, &item).subject_type, Some(SubjectType::Public));
    template.metadata.dpop_nonce_required = true;
    template.metadata.subject_type = Some(SubjectType::Pairwise);
    for theirs in [None, Some(SubjectType::Public)] {
        item.metadata.subject_type = theirs;
        let metadata = of(&template, &item);
        assert!(metadata.dpop_nonce_required);
        assert_eq!(metadata.subject_type, Some(SubjectType::Pairwise));
    }
}

#[test]
fn what_the_issuer_narrows_later_binds_those_who_are_there() {
    let mut template = template(RegistrationMode::Open, false);
    let mut item = item();
    let texts = |all: &[&str]| Some(all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    item.metadata.grant_types = texts(&["authorization_code", "implicit"]);
    item.metadata.response_types = texts(&["code", "token id_token"]);
    let uri = |text: &str| RedirectUri::parse(text).unwrap();
    item.redirect_uris = vec![
        uri("http://127.0.0.1/cb"),
        uri("https://a.example/cb"),
        uri("https://b.example/cb"),
    ];
    item.post_logout_redirect_uris = vec![uri("https://b.example/out")];
    item.metadata.initiate_login_uri = Some("https://b.example/login".to_owned());
    let before = Client::registered(&template, &item).unwrap();
    assert_eq!(before.metadata.response_types, item.metadata.response_types);
    assert_eq!(before.redirect_uris.len(), 3);
    assert!(before.metadata.initiate_login_uri.is_some());
    template.metadata.grant_types = texts(&["authorization_code"]);
    template.metadata.response_types = texts(&["code"]);
    template
        .metadata
        .registration
        .as_mut()
        .unwrap()
        .redirect_hosts = vec!["a.example".to_owned()];
    let after = Client::registered(&template, &item).unwrap();
    assert_eq!(after.metadata.grant_types, texts(&["authorization_code"]));
    assert_eq!(after.metadata.response_types, texts(&["code"]));
    let urls: Vec<&str> = after
        .redirect_uris
        .iter()
        .map(|rule| rule.url.as_str())
        .collect();
    assert_eq!(urls, ["http://127.0.0.1/cb", "https://a.example/cb"]);
    assert_eq!(after.post_logout_redirect_uris, []);
    assert_eq!(after.metadata.initiate_login_uri, None);
}

#[test]
fn the_copy_of_a_document_counts_for_a_day_past_its_time() {
    let template = template(RegistrationMode::Closed, true);
    let mut item = item();
    item.fresh_until = Some(Timestamp::from_unix(1_000));
    let client = Client::registered(&template, &item).unwrap();
    for (at, good) in [(999, true), (1_000, true), (87_399, true), (87_400, false)] {
        assert_eq!(client.counts_at(Timestamp::from_unix(at)), good, "{at}");
    }
}
