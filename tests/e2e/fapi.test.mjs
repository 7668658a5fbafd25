// openid-client, as a client of FAPI 2.0: PAR, private_key_jwt, DPoP, PKCE, and for the message signing profile signed
// requests (JAR) and signed answers (JARM). Nobody here wrote it, and it is certified for these profiles.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';

import { Program } from './executor.mjs';
import { SECURE_CALLBACK, base, issuerOf, keyOf } from './relying-parties.mjs';
import { visit } from './visitor.mjs';

const SCOPE = 'openid profile offline_access';

async function configure(slug) {
  const key = await keyOf(slug);
  const authentication = client.PrivateKeyJwt({ key: key.key, kid: key.kid });
  const execute = [client.allowInsecureRequests];
  const metadata = { id_token_signed_response_alg: key.alg };
  const config = await client.discovery(new URL(issuerOf(slug)), slug, metadata, authentication, { execute });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(key.alg));
  return { config, key, DPoP };
}

async function request(pkceCodeVerifier) {
  return {
    redirect_uri: SECURE_CALLBACK,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: client.randomNonce(),
    state: client.randomState(),
  };
}

/** What all tokens of these profiles are. */
function bound(tokens, DPoP) {
  assert.equal(tokens.token_type, 'dpop');
  assert.equal(decodeProtectedHeader(tokens.access_token).typ, 'at+jwt', 'RFC 9068 §2.1');
  assert.ok(decodeJwt(tokens.access_token).cnf.jkt, 'RFC 9449 §6.1');
  assert.ok(DPoP);
}

test('FAPI 2.0 Security Profile: from discovery to a renewed token', async () => {
  const { config, DPoP } = await configure('fapi');
  assert.equal(config.serverMetadata().require_pushed_authorization_requests, true);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const parameters = await request(pkceCodeVerifier);
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'], 'RFC 9126 §4');

  const arrived = await visit(new Program(base), url, SECURE_CALLBACK);
  const checks = {
    pkceCodeVerifier,
    expectedState: parameters.state,
    expectedNonce: parameters.nonce,
    idTokenExpected: true,
  };
  const tokens = await client.authorizationCodeGrant(config, arrived, checks, undefined, { DPoP });
  bound(tokens, DPoP);
  const { sub } = tokens.claims();
  const info = await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
  assert.equal(info.name, 'Ada Lovelace');
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  bound(renewed, DPoP);

  // RFC 9449 §7.1: without its key the token is worth nothing.
  const stolen = await fetch(config.serverMetadata().userinfo_endpoint, {
    headers: { authorization: `Bearer ${renewed.access_token}` },
  });
  assert.equal(stolen.status, 401);
  // RFC 9126 §4: what was pushed is used once.
  const again = await new Program(base).open(url.pathname + url.search);
  assert.notEqual(again.headers.get('location')?.startsWith('/if/flow/'), true);
});

test('FAPI 2.0 Message Signing: signed requests and signed answers', async () => {
  const { config, key, DPoP } = await configure('messages');
  client.useJwtResponseMode(config);
  client.enableNonRepudiationChecks(config);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const parameters = await request(pkceCodeVerifier);
  const signed = await client.buildAuthorizationUrlWithJAR(
    config,
    { ...parameters, response_mode: 'jwt' },
    { key: key.key, kid: key.kid },
  );
  const url = await client.buildAuthorizationUrlWithPAR(
    config,
    { client_id: 'messages', request: signed.searchParams.get('request') },
    { DPoP },
  );
  const arrived = await visit(new Program(base), url, SECURE_CALLBACK);
  assert.ok(arrived.searchParams.get('response'), 'JARM §2.3.1');
  assert.equal(arrived.searchParams.get('code'), null);
  const checks = { pkceCodeVerifier, expectedState: parameters.state, expectedNonce: parameters.nonce };
  const tokens = await client.authorizationCodeGrant(config, arrived, checks, undefined, { DPoP });
  bound(tokens, DPoP);
});

test('FAPI 2.0: a request that is not pushed is refused', async () => {
  const { config } = await configure('fapi');
  const url = client.buildAuthorizationUrl(config, await request(client.randomPKCECodeVerifier()));
  const arrived = await visit(new Program(base), url, SECURE_CALLBACK);
  assert.equal(arrived.searchParams.get('error'), 'invalid_request');
});

test('CIBA: somebody allows it elsewhere, and the client asks until then', async () => {
  const { config } = await configure('ciba');
  const asked = await client.initiateBackchannelAuthentication(config, {
    scope: 'openid profile',
    login_hint: 'ada',
    binding_message: 'W4SCT',
  });
  const signal = AbortSignal.timeout(60_000); // a test that failed before does not go on asking
  const polled = client.pollBackchannelAuthenticationGrant(config, asked, undefined, { signal });
  const ada = new Program(base);
  await visit(ada, '/if/flow/default-authentication-flow/', `${base}/if/user/`);
  const page = await (await ada.open('/if/user/requests/')).text();
  assert.ok(page.includes('W4SCT'), 'the page shows what the client wrote');
  const [, csrf] = page.match(/name="csrf" value="([^"]+)"/);
  const [, id] = page.match(/name="request" value="([^"]+)"/);
  const answered = await ada.post('/if/user/requests/', { csrf, request: id, action: 'allow' });
  assert.equal(answered.status, 303);
  const tokens = await polled;
  assert.equal(tokens.claims().sub.length > 0, true);
});
