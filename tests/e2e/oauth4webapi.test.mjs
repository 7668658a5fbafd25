// oauth4webapi by itself, where openid-client does not go: registration and its management, several ways to authenticate,
// mutual TLS, signed UserInfo, token exchange and what a resource server sees.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as oauth from 'oauth4webapi';

import { Program } from './executor.mjs';
import { CALLBACK, base, issuerOf, mtls, prepared } from './relying-parties.mjs';
import { fetchWith, terminate } from './tls-proxy.mjs';
import { visit } from './visitor.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };

async function discover(slug) {
  const issuer = new URL(issuerOf(slug));
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

/** Signs in with PKCE: what the token endpoint answers. */
async function signIn(as, client, authentication, { redirectUri = CALLBACK, options = insecure } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const arrived = await visit(new Program(base), url, redirectUri);
  const parameters = oauth.validateAuthResponse(as, client, arrived, state);
  const answer = await oauth.authorizationCodeGrantRequest(
    as, client, authentication, parameters, redirectUri, verifier, options,
  );
  return oauth.processAuthorizationCodeResponse(as, client, answer);
}

test('RFC 7591: a client registers, signs somebody in, and is removed', async () => {
  const as = await discover('tools');
  const asked = { client_name: 'Made here', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_post' };
  const registered = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, asked, insecure),
  );
  const tokens = await signIn(as, registered, oauth.ClientSecretPost(registered.client_secret));
  assert.ok(oauth.getValidatedIdTokenClaims(tokens).sub);

  const headers = { authorization: `Bearer ${registered.registration_access_token}` };
  const managed = (method) => fetch(registered.registration_client_uri, { method, headers });
  assert.equal((await (await managed('GET')).json()).client_name, 'Made here'); // RFC 7592 §2.1
  assert.equal((await managed('DELETE')).status, 204); // §2.3
  assert.equal((await managed('GET')).status, 401);
});

test('RFC 8705: a client with a certificate gets tokens that are bound to it', async () => {
  const as = await discover('mtls');
  const tls = { cert: prepared('client.pem'), key: prepared('client.key') };
  const proxy = await terminate(base, mtls, tls);
  try {
    const through = { ...insecure, [oauth.customFetch]: fetchWith(tls) };
    const client = { client_id: 'mtls', use_mtls_endpoint_aliases: true };
    const tokens = await signIn(as, client, oauth.TlsClientAuth(), { options: through });
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, through);
    assert.equal((await oauth.processUserInfoResponse(as, client, oauth.skipSubjectCheck, info)).name, 'Ada Lovelace');
    const plain = await fetch(as.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(plain.status, 401, '§3: without the certificate it is worth nothing');
  } finally {
    proxy.close();
  }
});
