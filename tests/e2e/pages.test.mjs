// The pages as people meet them: a wrong password, no pointer, no JavaScript, a phone, the dark, a
// screen reader. With SCREENSHOTS=FOLDER a picture of every page is kept.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { byKeyboard, byPointer, errorText, follow, launch, shown, signIn } from './browser.mjs';
import { authorizeUrl, discover, settings } from './issuer.mjs';
import { SCREENS, isFit, withPage as scrutinise } from './scrutiny.mjs';

const known = settings();
const { issuer, person, redirectUri } = known;
const { origin } = new URL(issuer);
const STAGES = ['ak-stage-identification', 'ak-stage-password', 'ak-stage-consent'];
const SUBMIT = 'form button[type="submit"]';

let browser, metadata;
before(async () => {
  metadata = await discover(issuer);
  browser = await launch();
});
after(() => browser?.close());

/** Runs `body` with a fresh page that must give no cause for complaint. */
const withPage = (options, body) => scrutinise(browser, [`${origin}/`, redirectUri], options, body);

async function fill(page, selector, text) {
  await byPointer.fill(page, selector, text);
  await byPointer.submit(page, SUBMIT);
}

/** Signs in wrongly and hands back the text of the page, without the name that was typed. */
async function refusal(username, password) {
  let text;
  await withPage({}, async (page) => {
    await page.goto(authorizeUrl(metadata, known).url);
    await fill(page, '[name="uid_field"]', username);
    await fill(page, '[name="password"]', password);
    assert.equal(await shown(page), 'ak-stage-password');
    assert.ok(await errorText(page), 'the page says that something is wrong');
    const field = page.locator('#password');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal(await field.inputValue(), '', 'a password is never sent back');
    assert.ok(await field.evaluate((input) => input === document.activeElement), 'focus');
    text = (await page.locator('main').innerText()).replaceAll(username, 'SOMEBODY');
  });
  return text;
}

test('a wrong password and an unknown user are told the very same', async () => {
  const wrong = await refusal(person.username, `not ${person.password}`);
  const unknown = await refusal('nobody.at.all@example.invalid', person.password);
  assert.equal(wrong, unknown);
});

test('the keyboard alone is enough', () =>
  withPage({}, async (page) => {
    const { url, state } = authorizeUrl(metadata, known);
    const outcome = await signIn(page, url, { ...person, until: redirectUri, hands: byKeyboard });
    assert.deepEqual(outcome.pages, STAGES);
    assert.equal(new URL(outcome.url).searchParams.get('state'), state);
    assert.ok(new URL(outcome.url).searchParams.get('code'));
  }));

test('without JavaScript a person signs in', () =>
  withPage({ javascript: false }, async (page) => {
    const { url } = authorizeUrl(metadata, known);
    const outcome = await signIn(page, url, { ...person, until: redirectUri, javascript: false });
    assert.deepEqual(outcome.pages, STAGES);
    assert.ok(new URL(outcome.url).searchParams.get('code'));
  }));

for (const javascript of [true, false]) {
  const how = javascript ? 'by itself' : 'by its button without JavaScript';
  test(`a form post is sent ${how}`, () =>
    withPage({ javascript }, async (page) => {
      const { url, state } = authorizeUrl(metadata, known, { response_mode: 'form_post' });
      const outcome = await signIn(page, url, { ...person, until: redirectUri, javascript });
      assert.equal(outcome.url, redirectUri, 'nothing in the URL');
      const fields = new URLSearchParams(outcome.post);
      assert.deepEqual([...fields.keys()].sort(), ['code', 'iss', 'state']);
      assert.equal(fields.get('state'), state);
      assert.equal(fields.get('iss'), issuer);
    }));
}

test('a denied consent is access_denied at the client', () =>
  withPage({}, async (page) => {
    const { url, state } = authorizeUrl(metadata, known);
    const outcome = await signIn(page, url, { ...person, until: redirectUri, consent: 'deny' });
    assert.deepEqual(outcome.pages, STAGES);
    const { searchParams } = new URL(outcome.url);
    assert.equal(searchParams.get('error'), 'access_denied');
    assert.equal(searchParams.get('state'), state);
    assert.equal(searchParams.get('iss'), issuer);
    assert.equal(searchParams.get('code'), null);
  }));

test('"Not you?" leads back to the first step', () =>
  withPage({}, async (page) => {
    await page.goto(authorizeUrl(metadata, known).url);
    await fill(page, '[name="uid_field"]', person.username);
    assert.ok((await page.locator('main').innerText()).includes(person.username));
    await follow(page, () => page.getByRole('link', { name: 'Not you?' }).click());
    assert.equal(await shown(page), 'ak-stage-identification');
    const outcome = await signIn(page, page.url(), { ...person, until: redirectUri });
    assert.deepEqual(outcome.pages, STAGES);
  }));

test('an unregistered redirect URI ends on a page and not at the URI', () =>
  withPage({}, async (page) => {
    const redirect_uri = 'https://attacker.example/cb';
    const answer = await page.goto(authorizeUrl(metadata, known, { redirect_uri }).url);
    assert.equal(answer.status(), 400);
    assert.ok(page.url().startsWith(metadata.authorization_endpoint));
    assert.ok(await page.locator('h1').innerText());
  }));

/** Goes by every page there is and calls `look` on each. */
async function visitEveryPage(page, look) {
  await page.goto(authorizeUrl(metadata, known, { redirect_uri: 'https://no.example/' }).url);
  await look('error');
  await page.goto(authorizeUrl(metadata, known, { response_mode: 'form_post' }).url);
  await look('identification');
  await fill(page, '[name="uid_field"]', person.username);
  await look('password');
  await fill(page, '[name="password"]', `not ${person.password}`);
  await look('password-wrong');
  await fill(page, '[name="password"]', person.password);
  await look('consent');
  await byPointer.submit(page, 'button[name="consent"][value="accept"]');
  await look('form-post');
  await page.goto(`${origin}/if/flow/default-authentication-flow/`);
  await look('signed-in');
  await page.goto(metadata.end_session_endpoint);
  await look('sign-out');
  await byPointer.submit(page, 'button[name="choice"][value="sign_out"]');
  await look('signed-out');
}

for (const screen of SCREENS) {
  test(`every page is fit for people: ${screen.name}`, () =>
    withPage(screen, async (page) => {
      // The page that sends itself is to stand still, to be looked at.
      await page.addInitScript(() => {
        HTMLFormElement.prototype.submit = () => {};
      });
      await visitEveryPage(page, (name) => isFit(page, name, screen));
    }));
}
