// openid-client and jose, two libraries nobody here wrote, take the whole way through the issuer:
// discovery, sign-in and consent in a browser, code, tokens, userinfo, refresh, revocation, logout.
// Each step needs what the one before brought, so they are steps of one test.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';

import { launch, openPage, signIn } from './browser.mjs';
import { settings } from './issuer.mjs';

const { issuer, clientId, clientSecret, person, redirectUri, postLogoutRedirectUri } = settings();
const SCOPE = 'openid profile email offline_access';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** The configuration openid-client makes of the discovery document. */
function configure() {
  const authentication = clientSecret ? client.ClientSecretBasic(clientSecret) : client.None();
  const execute = new URL(issuer).protocol === 'http:' ? [client.allowInsecureRequests] : [];
  return client.discovery(new URL(issuer), clientId, undefined, authentication, { execute });
}

/** Left half of the hash of the access token (OIDC Core §3.1.3.6), for algorithms with SHA-256. */
function atHash(accessToken) {
  const hash = createHash('sha256').update(accessToken, 'ascii').digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}

function authorization(config, { state, nonce, code_challenge }, changes = {}) {
  return client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    state,
    nonce,
    code_challenge,
    code_challenge_method: 'S256',
    ...changes,
  }).href;
}

test('openid-client goes from discovery to logout', async (t) => {
  const config = await configure();
  const metadata = config.serverMetadata();
  const page = await openPage(browser);
  const codeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const code_challenge = await client.calculatePKCECodeChallenge(codeVerifier);
  const request = { state, nonce, code_challenge };
  let arrived, tokens, claims, refreshed;

  await t.test('discovery names the issuer and supports what is asked', () => {
    assert.equal(metadata.issuer, issuer);
    assert.ok(metadata.supportsPKCE());
    for (const scope of SCOPE.split(' ')) assert.ok(metadata.scopes_supported.includes(scope));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  });

  await t.test('the browser signs in, consents and comes back with a code', async () => {
    const url = authorization(config, request, { prompt: 'consent' });
    const outcome = await signIn(page, url, { ...person, until: redirectUri });
    const stages = ['ak-stage-identification', 'ak-stage-password', 'ak-stage-consent'];
    assert.deepEqual(outcome.pages, stages);
    arrived = new URL(outcome.url);
    assert.ok(arrived.searchParams.get('code'));
    assert.equal(arrived.searchParams.get('state'), state);
    assert.equal(arrived.searchParams.get('iss'), issuer, 'RFC 9207 §2');
  });

  await t.test('the code is exchanged for tokens', async () => {
    tokens = await client.authorizationCodeGrant(config, arrived, {
      pkceCodeVerifier: codeVerifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    claims = tokens.claims();
    assert.equal(tokens.token_type, 'bearer'); // oauth4webapi gives it in lower case
    assert.ok(tokens.expires_in > 0);
    assert.ok(tokens.refresh_token);
  });

  await t.test('jose verifies the ID token against jwks_uri', async () => {
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer, audience: clientId });
    assert.equal(payload.nonce, nonce);
    assert.ok(payload.sub);
    assert.ok(payload.exp > payload.iat);
    const { alg, kid } = decodeProtectedHeader(tokens.id_token);
    assert.ok(metadata.id_token_signing_alg_values_supported.includes(alg));
    assert.ok(kid);
    assert.match(alg, /256$/, 'at_hash below is of SHA-256');
    assert.equal(payload.at_hash, atHash(tokens.access_token));
  });

  await t.test('userinfo is about the same person', async () => {
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(info.sub, claims.sub);
    assert.equal(typeof info.email, 'string', 'the email scope');
    assert.equal(typeof info.name, 'string', 'the profile scope');
  });

  await t.test('the refresh token rotates', async () => {
    refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.notEqual(refreshed.access_token, tokens.access_token);
    if (refreshed.id_token) assert.equal(refreshed.claims().sub, claims.sub); // OIDC Core §12.2
    const again = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(again.refresh_token, refreshed.refresh_token, 'a retry gets the same successor');
  });

  await t.test('a revoked access token opens nothing', async () => {
    await client.tokenRevocation(config, refreshed.access_token, {
      token_type_hint: 'access_token',
    });
    const answer = await fetch(metadata.userinfo_endpoint, {
      headers: { authorization: `Bearer ${refreshed.access_token}` },
    });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/);
  });

  await t.test('a revoked refresh token refreshes nothing', async () => {
    await client.tokenRevocation(config, refreshed.refresh_token, {
      token_type_hint: 'refresh_token',
    });
    await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), {
      error: 'invalid_grant',
    });
  });

  await t.test('logout ends at the client and ends the session', async () => {
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: postLogoutRedirectUri,
      state: 'after-logout',
    });
    const out = await signIn(page, url.href, { until: postLogoutRedirectUri });
    assert.equal(new URL(out.url).searchParams.get('state'), 'after-logout');

    const silent = authorization(config, request, { prompt: 'none' });
    const refused = await signIn(page, silent, { until: redirectUri });
    assert.deepEqual(refused.pages, []);
    assert.equal(new URL(refused.url).searchParams.get('error'), 'login_required');
  });
});
