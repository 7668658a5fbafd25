// The device flow as a device and a person meet it (RFC 8628): openid-client asks and polls, a browser types
// the code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import * as client from 'openid-client';

import { byKeyboard, byPointer, errorText, follow, launch, shown } from './browser.mjs';
import { settings } from './issuer.mjs';
import { SCREENS, isFit, withPage as scrutinise } from './scrutiny.mjs';

const { issuer, clientId, clientSecret, person } = settings();
const { origin } = new URL(issuer);
const SUBMIT = 'form button[type="submit"]';
const ALLOW = 'button[name="consent"][value="accept"]';
const DENY = 'button[name="consent"][value="deny"]';

let browser, config;
before(async () => {
  const authentication = clientSecret ? client.ClientSecretBasic(clientSecret) : client.None();
  const execute = new URL(issuer).protocol === 'http:' ? [client.allowInsecureRequests] : [];
  config = await client.discovery(new URL(issuer), clientId, undefined, authentication, { execute });
  browser = await launch();
});
after(() => browser?.close());

const withPage = (options, body) => scrutinise(browser, [`${origin}/`], options, body);

/** What a device shows and polls with. */
const ask = (scope = 'openid email offline_access') =>
  client.initiateDeviceAuthorization(config, { scope });

/** Answers sign-in where it is asked for, until the page with the code's field is there. */
async function arrive(page, url, hands = byPointer) {
  await page.goto(url);
  for (;;) {
    const name = await shown(page);
    if (name === 'ak-stage-identification') await hands.fill(page, '[name="uid_field"]', person.username);
    else if (name === 'ak-stage-password') await hands.fill(page, '[name="password"]', person.password);
    else return assert.equal(name, 'ak-provider-oauth2-device-code');
    await hands.submit(page, SUBMIT);
  }
}

/** The code and then the answer to the question. */
async function connect(page, code, answer, hands = byPointer) {
  await hands.fill(page, '#code', code);
  await hands.submit(page, SUBMIT);
  assert.equal(await shown(page), 'ak-stage-consent');
  assert.ok((await page.locator('main').innerText()).includes(code.toUpperCase()));
  await hands.submit(page, answer);
}

const heading = (page) => page.locator('h1').innerText();

test('openid-client gets tokens once somebody has typed the code', () =>
  withPage({}, async (page) => {
    const device = await ask();
    assert.equal(device.verification_uri, `${origin}/device`);
    assert.equal(device.verification_uri_complete, `${origin}/device?code=${device.user_code}`);
    const polling = client.pollDeviceAuthorizationGrant(config, device);
    await arrive(page, device.verification_uri);
    await connect(page, device.user_code.toLowerCase(), ALLOW);
    assert.equal(await heading(page), 'Your device is connected');
    const tokens = await polling;
    const claims = tokens.claims();
    assert.equal(claims.aud, clientId);
    assert.ok(tokens.refresh_token);
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(typeof info.email, 'string');
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(refreshed.access_token, tokens.access_token);
  }));

test('openid-client is told of a refusal', () =>
  withPage({}, async (page) => {
    const device = await ask();
    const polling = client.pollDeviceAuthorizationGrant(config, device);
    polling.catch(() => {}); // looked at below
    await arrive(page, device.verification_uri);
    await connect(page, device.user_code, DENY);
    assert.equal(await heading(page), 'Your device is not connected');
    await assert.rejects(polling, { error: 'access_denied' });
  }));

test('the link in a QR code needs no typing, only a look', () =>
  withPage({ phone: true }, async (page) => {
    const device = await ask();
    await arrive(page, device.verification_uri_complete);
    assert.equal(await page.inputValue('#code'), device.user_code);
    await byPointer.submit(page, SUBMIT);
    assert.equal(await shown(page), 'ak-stage-consent');
    await byPointer.submit(page, ALLOW);
    assert.equal(await heading(page), 'Your device is connected');
  }));

test('the keyboard alone connects a device', () =>
  withPage({}, async (page) => {
    const device = await ask();
    await arrive(page, device.verification_uri, byKeyboard);
    await connect(page, device.user_code, ALLOW, byKeyboard);
    assert.equal(await heading(page), 'Your device is connected');
  }));

test('without JavaScript a device is connected', () =>
  withPage({ javascript: false }, async (page) => {
    const device = await ask();
    await arrive(page, device.verification_uri);
    await connect(page, device.user_code, ALLOW);
    assert.equal(await heading(page), 'Your device is connected');
  }));

test('a wrong code is told at its field, which keeps it and has the focus', () =>
  withPage({}, async (page) => {
    await arrive(page, `${origin}/device`);
    await byPointer.fill(page, '#code', 'WDJB-MJHT');
    await byPointer.submit(page, SUBMIT);
    assert.match(await errorText(page), /not valid/);
    const field = page.locator('#code');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(await field.inputValue(), 'WDJB-MJHT');
    assert.ok(await field.evaluate((input) => input === document.activeElement), 'focus');
  }));

test('"Not you?" leads to signing in and back to the same code', () =>
  withPage({}, async (page) => {
    const device = await ask();
    await arrive(page, device.verification_uri_complete);
    await byPointer.submit(page, SUBMIT);
    await follow(page, () => page.getByRole('link', { name: 'Not you?' }).click());
    assert.equal(await shown(page), 'ak-stage-identification');
    await arrive(page, page.url());
    assert.equal(await page.inputValue('#code'), device.user_code);
  }));

for (const screen of SCREENS) {
  test(`every page of the device flow is fit for people: ${screen.name}`, () =>
    withPage(screen, async (page) => {
      const look = (name) => isFit(page, name, screen);
      await arrive(page, `${origin}/device`);
      await look('device-entry');
      await byPointer.fill(page, '#code', 'WDJB-MJHT');
      await byPointer.submit(page, SUBMIT);
      await look('device-entry-wrong');
      for (const [answer, name] of [[DENY, 'device-denied'], [ALLOW, 'device-allowed']]) {
        const device = await ask();
        await page.goto(device.verification_uri_complete);
        await byPointer.submit(page, SUBMIT);
        await look('device-confirm');
        await byPointer.submit(page, answer);
        await look(name);
      }
    }));
}
