// The issuer under test and what it knows of us, from the environment.

import { createHash, randomBytes } from 'node:crypto';

const NAMES = [
  'ISSUER',
  'CLIENT_ID',
  'USERNAME',
  'PASSWORD',
  'REDIRECT_URI',
  'POST_LOGOUT_REDIRECT_URI',
];

/** Throws, naming what is missing: a test that is skipped unseen proves nothing. */
export function settings() {
  const missing = NAMES.filter((name) => !process.env[name]);
  if (missing.length) throw new Error(`set ${missing.join(', ')} (and CLIENT_SECRET unless public)`);
  return {
    issuer: process.env.ISSUER,
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET || undefined,
    person: { username: process.env.USERNAME, password: process.env.PASSWORD },
    redirectUri: process.env.REDIRECT_URI,
    postLogoutRedirectUri: process.env.POST_LOGOUT_REDIRECT_URI,
  };
}

/** The discovery document (OIDC Discovery §4). */
export async function discover(issuer) {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`discovery answered ${response.status}`);
  return response.json();
}

/**
 * An authorization request as a URL and its `state`. It always asks for consent anew, so that what
 * an earlier test allowed does not take a page away from a later one.
 */
export function authorizeUrl(metadata, { clientId, redirectUri }, changes = {}) {
  const state = randomBytes(16).toString('base64url');
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  const url = new URL(metadata.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state,
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: challenge,
    code_challenge_method: 'S256',
    prompt: 'consent',
    ...changes,
  });
  return { url: url.href, state };
}
