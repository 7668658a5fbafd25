//! The `openidconnect` crate as a relying party: discovery, sign-in by browser, code, tokens, `UserInfo`,
//! refresh, revocation, logout.

use std::borrow::Cow;
use std::collections::HashMap;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse,
};
use url::Url;

use crate::issuer::{CALLBACK, Issuer, SIGNED_OUT, browse};

/// The whole life of a sign-in at the application `slug`, whose secret is `<slug>-secret`.
#[tokio::main]
pub(crate) async fn signs_in_and_out(issuer: &Issuer, slug: &str) {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let issuer_url = IssuerUrl::new(issuer.of(slug)).expect("a URL");
    let metadata = ProviderMetadataWithLogout::discover_async(issuer_url.clone(), &http)
        .await
        .expect("discovery");
    let end_session = metadata.additional_metadata().end_session_endpoint.clone();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(slug.to_owned()),
        Some(ClientSecret::new(format!("{slug}-secret"))),
    )
    .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(["profile", "email", "offline_access"].map(|s| Scope::new(s.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let back = Url::parse(&browse(url.as_str())).expect("a URL");
    let sent: HashMap<Cow<'_, str>, Cow<'_, str>> = back.query_pairs().collect();
    assert_eq!(sent["state"], state.secret().as_str());
    assert_eq!(sent["iss"], issuer_url.as_str(), "RFC 9207 §2.4");

    let tokens = client
        .exchange_code(AuthorizationCode::new(sent["code"].to_string()))
        .expect("a token endpoint")
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let id_verifier = client.id_token_verifier();
    let claims = id_token
        .claims(&id_verifier, &nonce)
        .expect("a valid ID token");
    let expected = claims.access_token_hash().expect("at_hash");
    let actual = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().expect("an algorithm"),
        id_token.signing_key(&id_verifier).expect("a key"),
    );
    assert_eq!(actual.expect("a hash"), *expected, "OIDC Core §3.1.3.6");

    let who: CoreUserInfoClaims = client
        .user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .expect("a UserInfo endpoint")
        .request_async(&http)
        .await
        .expect("UserInfo");
    assert_eq!(
        who.email().map(|email| email.as_str()),
        Some("ada@example.com")
    );
    assert_eq!(
        who.preferred_username().map(|name| name.as_str()),
        Some("ada")
    );

    let old = tokens.refresh_token().expect("a refresh token");
    let renewed = client
        .exchange_refresh_token(old)
        .expect("a token endpoint")
        .request_async(&http)
        .await
        .expect("renewed tokens");
    let successor = renewed.refresh_token().expect("a successor");
    assert_ne!(successor.secret(), old.secret(), "it rotates");

    revoke(issuer, slug, successor.secret()).await;
    let after: Result<CoreUserInfoClaims, _> = client
        .user_info(renewed.access_token().clone(), None)
        .expect("a UserInfo endpoint")
        .request_async(&http)
        .await;
    assert!(
        after.is_err(),
        "RFC 7009 §2.1: access tokens end with their refresh token"
    );

    let to = sign_out(
        &http,
        end_session.expect("an end-session endpoint"),
        id_token,
    )
    .await;
    assert_eq!(
        to,
        format!("{SIGNED_OUT}?state=bye"),
        "RP-Initiated Logout §3"
    );
}

/// Where logout with this ID token as hint sends the browser.
async fn sign_out(http: &reqwest::Client, endpoint: EndSessionUrl, hint: &CoreIdToken) -> String {
    let logout = LogoutRequest::from(endpoint)
        .set_id_token_hint(hint)
        .set_post_logout_redirect_uri(
            PostLogoutRedirectUrl::new(SIGNED_OUT.to_owned()).expect("a URL"),
        )
        .set_state(CsrfToken::new("bye".to_owned()))
        .http_get_url();
    let answer = http.get(logout).send().await.expect("an answer");
    answer.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned()
}

/// The crate revokes over https only, and this issuer is on localhost: RFC 7009 §2.1 by hand.
async fn revoke(issuer: &Issuer, slug: &str, token: &str) {
    let revoked = reqwest::Client::new()
        .post(format!("{}/application/o/revoke/", issuer.base))
        .basic_auth(slug, Some(format!("{slug}-secret")))
        .form(&[("token", token)])
        .send()
        .await
        .expect("an answer");
    assert_eq!(revoked.status(), 200);
}
