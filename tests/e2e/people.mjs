// What a person has beside a browser: a mailbox, an authenticator app, a passkey.

import assert from 'node:assert/strict';

import { URI } from 'otpauth';

/** The journeys' people in `tests/interop/src/fixture.yaml` all have this password. */
export const PASSWORD = 'correct horse battery';

/** The link in the newest letter to this address. */
export async function linkFor(origin, address) {
  for (let tries = 0; tries < 50; tries += 1) {
    const letters = await (await fetch(`${origin}/mailbox.json`)).json();
    const letter = letters.find(({ to }) => to === address);
    const link = letter?.text.match(/https?:\/\/\S+flow_token=\S+/)?.[0];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no letter with a link came for ${address}`);
}

/** An authenticator app that has scanned this `otpauth:` URL: each call gives the code of now. */
export function app(url) {
  const totp = URI.parse(url);
  return () => totp.generate();
}

/** Waits until the app shows another code: each is good once. */
export async function nextCode(code) {
  const before = code();
  for (let tries = 0; tries < 350; tries += 1) {
    if (code() !== before) return code();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the code does not change');
}

/**
 * Gives a page's browser a security key with a fingerprint reader (DevTools: `WebAuthn`), which answers whatever page asks.
 * `putAway` takes it from the browser, and answers with what brings it back.
 */
export async function withPasskeys(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const add = async () =>
    (await session.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
  let authenticatorId = await add();
  const credentials = async () =>
    (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  const putAway = async () => {
    const kept = await credentials();
    await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    return async () => {
      authenticatorId = await add();
      for (const credential of kept) {
        await session.send('WebAuthn.addCredential', { authenticatorId, credential });
      }
    };
  };
  assert.deepEqual(await credentials(), []);
  return { credentials, putAway };
}

/** Makes a passkey in this page, as `registration` of the executor asks: what to send back. */
export const create = (page, options) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options);

/** Proves with a passkey in this page, as `challenge` of the executor asks: what to send back. */
export const get = (page, options) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);
