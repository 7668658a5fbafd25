// openid-client and jose on what else the provider speaks: implicit and hybrid answers, form_post, encrypted
// tokens, and every signing algorithm.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, importPKCS8, jwtVerify } from 'jose';
import * as client from 'openid-client';

import { launch, openPage, signIn } from './browser.mjs';
import { settings } from './issuer.mjs';

const { issuer, person, redirectUri } = settings();
const base = new URL(issuer).origin;
const SCOPE = 'openid profile email';

let browser, page;
before(async () => {
  browser = await launch();
  page = await openPage(browser);
});
after(() => browser?.close());

/** openid-client's configuration for an application whose secret is `<slug>-secret`. */
async function configure(slug) {
  const authentication = client.ClientSecretBasic(`${slug}-secret`);
  const execute = [client.allowInsecureRequests];
  const server = new URL(`${base}/application/o/${slug}/`);
  return client.discovery(server, slug, undefined, authentication, { execute });
}

/** Goes to the provider and back; signs in the first time. */
async function ask(config, parameters) {
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: SCOPE,
    ...parameters,
  });
  return signIn(page, url.href, { ...person, until: redirectUri });
}

/** The answer as the client's server would see it. */
function received({ url, post }) {
  if (post === null) return new URL(url);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Request(url, { method: 'POST', headers, body: post });
}

test('openid-client takes an ID token straight from the authorization endpoint', async () => {
  const config = await configure('web');
  client.useIdTokenResponseType(config);
  const nonce = client.randomNonce();
  const outcome = await ask(config, { nonce });
  const claims = await client.implicitAuthentication(config, received(outcome), nonce);
  assert.equal(claims.preferred_username, person.username);
});

for (const mode of ['fragment', 'form_post']) {
  test(`openid-client takes a hybrid answer by ${mode}`, async () => {
    const config = await configure('web');
    client.useCodeIdTokenResponseType(config);
    const nonce = client.randomNonce();
    const state = client.randomState();
    const verifier = client.randomPKCECodeVerifier();
    const outcome = await ask(config, {
      nonce,
      state,
      response_mode: mode,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    assert.equal(outcome.post === null, mode === 'fragment');
    const tokens = await client.authorizationCodeGrant(config, received(outcome), {
      expectedNonce: nonce,
      expectedState: state,
      pkceCodeVerifier: verifier,
    });
    assert.equal(tokens.claims().preferred_username, person.username);
  });
}

test('openid-client takes a code by form_post', async () => {
  const config = await configure('web');
  const state = client.randomState();
  const outcome = await ask(config, { state, response_mode: 'form_post' });
  assert.notEqual(outcome.post, null);
  const tokens = await client.authorizationCodeGrant(config, received(outcome), { expectedState: state });
  assert.ok(tokens.access_token);
});

test('openid-client decrypts ID tokens, and jose the access token', async () => {
  const pem = await readFile(process.env.JWE_KEY, 'utf8');
  const key = await importPKCS8(pem, 'RSA-OAEP-256', { extractable: true });
  const config = await configure('sealed');
  assert.ok(config.serverMetadata().id_token_encryption_alg_values_supported.includes('RSA-OAEP-256'));
  const published = await (await fetch(config.serverMetadata().jwks_uri)).json();
  const { kid, alg } = published.keys.find(({ use }) => use === 'enc');
  client.enableDecryptingResponses(config, ['A256CBC-HS512'], { key, kid, alg });
  const nonce = client.randomNonce();
  const state = client.randomState();
  const outcome = await ask(config, { nonce, state });
  const tokens = await client.authorizationCodeGrant(config, received(outcome), {
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
  });
  assert.equal(tokens.id_token.split('.').length, 5);
  assert.equal(tokens.claims().preferred_username, person.username);
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  for (const token of [tokens.id_token, tokens.access_token]) {
    const header = decodeProtectedHeader(token);
    assert.deepEqual([header.alg, header.enc], ['RSA-OAEP-256', 'A256CBC-HS512']);
    const { plaintext } = await compactDecrypt(token, key);
    const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keys, { audience: 'sealed' });
    assert.equal(payload.sub, tokens.claims().sub);
  }
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'ada@example.com');
});

const HASHES = { RS256: 'sha256', PS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512', EdDSA: 'sha512' };
for (const [algorithm, hash] of Object.entries(HASHES)) {
  for (const custody of ['direct', 'envelope']) {
    const slug = `${algorithm.toLowerCase()}-${custody}`;
    test(`jose verifies ${algorithm} with its key held ${custody}`, async () => {
      const config = await configure(slug);
      const metadata = config.serverMetadata();
      assert.deepEqual(metadata.id_token_signing_alg_values_supported, [algorithm]);
      const state = client.randomState();
      const outcome = await ask(config, { state });
      const tokens = await client.authorizationCodeGrant(config, received(outcome), { expectedState: state });
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
      const checks = { issuer: metadata.issuer, audience: slug, algorithms: [algorithm] };
      const { payload } = await jwtVerify(tokens.id_token, keys, checks);
      await jwtVerify(tokens.access_token, keys, checks);
      const digest = createHash(hash).update(tokens.access_token, 'ascii').digest();
      const half = digest.subarray(0, digest.length / 2).toString('base64url');
      assert.equal(payload.at_hash, half, 'OIDC Core §3.1.3.6');
    });
  }
}

test('jose verifies HS256 with the client secret', async () => {
  const config = await configure('hs256');
  assert.deepEqual(config.serverMetadata().id_token_signing_alg_values_supported, ['HS256']);
  const keys = await (await fetch(config.serverMetadata().jwks_uri)).json();
  assert.deepEqual(keys, { keys: [] });
  const state = client.randomState();
  const outcome = await ask(config, { state });
  const tokens = await client.authorizationCodeGrant(config, received(outcome), { expectedState: state });
  const secret = new TextEncoder().encode('hs256-secret');
  const { payload, protectedHeader } = await jwtVerify(tokens.id_token, secret, { audience: 'hs256' });
  assert.equal(protectedHeader.kid, undefined);
  assert.equal(payload.preferred_username, person.username);
});
