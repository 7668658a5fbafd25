// The journeys of people in a real browser: second factors, passkeys, recovery, invitations, consent, step-up,
// signing out, and what they do with their own account. Each page they meet must be fit on every screen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { awaitArrival, errorText, follow, launch, shown } from './browser.mjs';
import { authorizeUrl, discover, settings } from './issuer.mjs';
import { PASSWORD, app, linkFor, nextCode, withPasskeys } from './people.mjs';
import { fitsEverywhere, withPage as scrutinise } from './scrutiny.mjs';

const known = settings();
const { origin } = new URL(known.issuer);
const SIGN_IN = '/if/flow/default-authentication-flow/';
const SECURITY = '/if/user/security/';
const MFA = 'https://refeds.org/profile/mfa';
const INVITATION = '6d6f6f6e-0000-4000-8000-0000000000b1';
const SUBMIT = 'main form button[type="submit"]';

let browser, metadata;
before(async () => {
  metadata = await discover(known.issuer);
  browser = await launch();
});
after(() => browser?.close());

const withPage = (options, body) =>
  scrutinise(browser, [`${origin}/`, known.redirectUri], options, body);

/** Fills the fields in and sends the form. */
async function send(page, fields, button = SUBMIT) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value);
  await follow(page, () => page.locator(button).first().click());
}

/** Name and password, from wherever the sign-in begins. */
async function signIn(page, username, password = PASSWORD) {
  if ((await shown(page)) !== 'ak-stage-identification') await page.goto(origin + SIGN_IN);
  await send(page, { uid_field: username });
  await send(page, { password });
}

/** Opens a page of one's own account, which leads through the sign-in. */
async function own(page, username, path = '/if/user/') {
  await page.goto(origin + path);
  await signIn(page, username);
  assert.equal(new URL(page.url()).pathname, path);
}

/** Sets an authenticator app up, from the page of one's own account. */
async function setUpApp(page) {
  await page.goto(`${origin}/if/flow/default-authenticator-totp-setup/?next=${SECURITY}`);
  assert.equal(await shown(page), 'ak-stage-authenticator-totp');
  const link = page.locator('a[href^="otpauth:"]');
  const code = app(await link.getAttribute('href'));
  return code;
}

for (const javascript of [true, false]) {
  const how = javascript ? '' : ' without JavaScript';
  const suffix = javascript ? '' : '-plain';

  test(`an authenticator app is set up and asked for${how}`, () =>
    withPage({ javascript }, async (page) => {
      const name = `olga${suffix}`;
      await own(page, name, SECURITY);
      const code = await setUpApp(page);
      if (javascript) await fitsEverywhere(page, 'totp-setup');
      await send(page, { code: '000000' });
      assert.ok(await errorText(page), 'a wrong code is told');
      await send(page, { code: code() });
      assert.equal(new URL(page.url()).pathname, SECURITY);

      await page.context().clearCookies();
      await page.goto(origin + SIGN_IN);
      await signIn(page, name);
      assert.equal(await shown(page), 'ak-stage-authenticator-validate');
      if (javascript) await fitsEverywhere(page, 'authenticator-validate');
      await send(page, { code: '000000' });
      assert.ok(await errorText(page), 'a wrong code is told');
      await send(page, { code: await nextCode(code) });
      assert.equal(new URL(page.url()).pathname, '/if/user/');
    }));

  test(`recovery by mail sets a new password${how}`, () =>
    withPage({ javascript }, async (page) => {
      const name = `rita${suffix}`;
      await page.goto(origin + SIGN_IN);
      await follow(page, () => page.locator('a[href*="default-recovery-flow"]').click());
      if (javascript) await fitsEverywhere(page, 'recovery');
      await send(page, { uid_field: name });
      assert.equal(await shown(page), 'ak-stage-email');
      if (javascript) await fitsEverywhere(page, 'email');
      await page.context().clearCookies(); // the letter is read in another browser
      await page.goto(await linkFor(origin, `${name}@example.com`));
      assert.equal(await shown(page), 'ak-stage-continue');
      if (javascript) await fitsEverywhere(page, 'continue');
      await send(page, {});
      assert.equal(await shown(page), 'ak-stage-prompt');
      if (javascript) await fitsEverywhere(page, 'new-password');
      await send(page, { password: 'staple battery horse', password_repeat: 'another one altogether' });
      assert.ok(await errorText(page), 'the two must be alike');
      const password = 'staple battery horse';
      await send(page, { password, password_repeat: password });
      assert.equal(new URL(page.url()).pathname, '/if/user/');
      await page.context().clearCookies();
      await page.goto(origin + SIGN_IN);
      await signIn(page, name, password);
      assert.equal(new URL(page.url()).pathname, '/if/user/');
    }));

  test(`an invitation makes an account${how}`, () =>
    withPage({ javascript }, async (page) => {
      const email = `erna${suffix}@example.com`;
      await page.goto(`${origin}/if/flow/default-enrollment-flow/?itoken=${INVITATION}`);
      assert.equal(await shown(page), 'ak-stage-prompt');
      if (javascript) await fitsEverywhere(page, 'enrollment');
      await send(page, { email, name: 'Erna' });
      assert.equal(await shown(page), 'ak-stage-email');
      await page.goto(await linkFor(origin, email));
      await send(page, {});
      assert.equal(await shown(page), 'ak-stage-prompt');
      if (javascript) await fitsEverywhere(page, 'enrollment-password');
      await send(page, { password: PASSWORD, password_repeat: PASSWORD });
      assert.equal(new URL(page.url()).pathname, '/if/user/');
      await page.context().clearCookies();
      await page.goto(origin + SIGN_IN);
      await signIn(page, email);
      assert.equal(new URL(page.url()).pathname, '/if/user/');
    }));

  test(`consent is refused, given, and taken back${how}`, () =>
    withPage({ javascript }, async (page) => {
      const name = `cora${suffix}`;
      await page.goto(authorizeUrl(metadata, known).url);
      await signIn(page, name);
      assert.equal(await shown(page), 'ak-stage-consent');
      const refused = await awaitArrival(page, known.redirectUri);
      await page.locator('button[value="deny"]').click();
      assert.equal(new URL((await refused.arrival).url).searchParams.get('error'), 'access_denied');
      await refused.close();

      const given = await awaitArrival(page, known.redirectUri);
      await page.goto(authorizeUrl(metadata, known, { prompt: '' }).url).catch(() => {});
      await page.locator('button[value="accept"]').click();
      assert.ok(new URL((await given.arrival).url).searchParams.get('code'));
      await given.close();

      const kept = await awaitArrival(page, known.redirectUri);
      await page.goto(authorizeUrl(metadata, known, { prompt: '' }).url).catch(() => {});
      assert.ok(new URL((await kept.arrival).url).searchParams.get('code'), 'it is not asked again');
      await kept.close();

      await page.goto(`${origin}/if/user/consents/`);
      if (javascript) await fitsEverywhere(page, 'user-consents');
      await send(page, {}, 'button[name="action"][value="revoke"]');
      await page.goto(authorizeUrl(metadata, known, { prompt: '' }).url);
      assert.equal(await shown(page), 'ak-stage-consent', 'it is asked again');
    }));

  test(`one's own sessions and tokens are seen and ended${how}`, () =>
    withPage({ javascript }, async (page) => {
      const name = `tess${suffix}`;
      await own(page, name);
      if (javascript) await fitsEverywhere(page, 'user-applications');
      await withPage({ javascript }, async (other) => {
        await own(other, name);
        await page.goto(`${origin}/if/user/sessions/`);
        if (javascript) await fitsEverywhere(page, 'user-sessions');
        await send(page, {}, 'button[name="action"][value="end_others"]');
        await other.goto(`${origin}/if/user/`);
        assert.equal(await shown(other), 'ak-stage-identification', 'the other browser is signed out');
      });
      await page.goto(`${origin}/if/user/tokens/`);
      await send(page, { identifier: `robot${suffix}` }, 'button[name="action"][value="create"]');
      const key = await page.locator('[data-key]').innerText();
      assert.match(key.trim(), /^[A-Za-z0-9]{60}$/);
      if (javascript) await fitsEverywhere(page, 'user-tokens');
      await page.goto(`${origin}/if/user/tokens/`);
      assert.equal(await page.locator('[data-key]').count(), 0, 'it is shown once');
      await page.goto(`${origin}/if/user/profile/`);
      if (javascript) await fitsEverywhere(page, 'user-profile');
    }));

  test(`signing out asks, and says that it is done${how}`, () =>
    withPage({ javascript }, async (page) => {
      await own(page, `sina${suffix}`);
      await page.goto(`${origin}/if/flow/default-invalidation-flow/`);
      if (javascript) await fitsEverywhere(page, 'user-logout');
      await send(page, {}, 'button[name="choice"][value="sign_out"]');
      if (javascript) await fitsEverywhere(page, 'signed-out');
      await page.goto(`${origin}/if/user/`);
      assert.equal(await shown(page), 'ak-stage-identification');
    }));
}

test('a passkey is registered, and is enough to sign in', () =>
  withPage({}, async (page) => {
    const { credentials, putAway } = await withPasskeys(page);
    await own(page, 'pia', SECURITY);
    await fitsEverywhere(page, 'user-security');
    await page.goto(`${origin}/if/flow/default-authenticator-webauthn-setup/?next=${SECURITY}`);
    assert.equal(await shown(page), 'ak-stage-authenticator-webauthn');
    await fitsEverywhere(page, 'webauthn-setup');
    await page.locator('main form button').first().click();
    await page.waitForURL(({ pathname }) => pathname === SECURITY);
    assert.equal((await credentials()).length, 1);

    await page.context().clearCookies();
    const takeOut = await putAway();
    await page.goto(origin + SIGN_IN);
    await follow(page, () => page.locator('a[href*="passwordless"]').click());
    assert.equal(await shown(page), 'ak-stage-authenticator-validate');
    const here = page.url();
    await page.goto('about:blank');
    await takeOut();
    await page.goto(here).catch(() => {}); // the page asks for the passkey by itself, and may be gone before it is loaded
    await page.waitForURL(({ pathname }) => pathname === '/if/user/');

    await page.context().clearCookies();
    await page.goto(origin + SIGN_IN).catch(() => {}); // a passkey that is picked beside the name needs no page more
    await page.waitForURL(({ pathname }) => pathname === '/if/user/');
  }));

test('the device used last is opened first', () =>
  withPage({}, async (page) => {
    const { putAway } = await withPasskeys(page);
    await own(page, 'lara', SECURITY);
    const code = await setUpApp(page);
    await send(page, { code: code() });
    await page.goto(`${origin}/if/flow/default-authenticator-webauthn-setup/?next=${SECURITY}`);
    await page.locator('main form button').first().click();
    await page.waitForURL(({ pathname }) => pathname === SECURITY);

    await page.context().clearCookies();
    await putAway();
    await page.goto(origin + SIGN_IN);
    await signIn(page, 'lara');
    await page.waitForSelector('[data-device-class]');
    const opened = () => page.locator('[data-device-class]').first().getAttribute('data-device-class');
    if ((await opened()) !== 'totp') {
      await follow(page, () => page.locator('[data-choose="totp"]').click());
    }
    await send(page, { code: await nextCode(code) });

    await page.context().clearCookies();
    await page.goto(origin + SIGN_IN);
    await signIn(page, 'lara');
    assert.equal(await opened(), 'totp', 'the app was used last');
    await fitsEverywhere(page, 'validate-several');
  }));

test('an application asks for a second factor', () =>
  withPage({}, async (page) => {
    await own(page, 'stella', SECURITY);
    const code = await setUpApp(page);
    await send(page, { code: code() });
    await page.context().clearCookies();
    await page.goto(origin + SIGN_IN);
    await signIn(page, 'stella');
    await send(page, { code: await nextCode(code) });

    const client = await awaitArrival(page, known.redirectUri);
    const { url } = authorizeUrl(metadata, known, { acr_values: MFA, prompt: 'login consent' });
    await page.goto(url);
    await signIn(page, 'stella');
    assert.equal(await shown(page), 'ak-stage-authenticator-validate');
    await send(page, { code: await nextCode(code) });
    await page.locator('button[value="accept"]').click();
    assert.ok(new URL((await client.arrival).url).searchParams.get('code'));
    await client.close();
  }));
