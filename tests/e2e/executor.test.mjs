// The journeys of people at the JSON flow executor, driven by authentik's own generated client.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage } from './browser.mjs';
import { Program } from './executor.mjs';
import { authorizeUrl, discover, settings } from './issuer.mjs';
import { PASSWORD, app, create, get, linkFor, withPasskeys } from './people.mjs';

const known = settings();
const { origin } = new URL(known.issuer);
const SIGN_IN = 'default-authentication-flow';
const CONSENT = 'default-provider-authorization-explicit-consent';
const INVITATION = '6d6f6f6e-0000-4000-8000-0000000000a1';

let metadata, browser;
before(async () => {
  metadata = await discover(known.issuer);
  browser = await launch();
});
after(() => browser?.close());

/** Goes through name and password, and hands back what is asked then. */
async function signIn(program, username, query = '') {
  const first = await program.look(SIGN_IN, query);
  assert.equal(first.component, 'ak-stage-identification');
  const second = await program.answer(SIGN_IN, query, {
    component: 'ak-stage-identification',
    uidField: username,
  });
  assert.equal(second.component, 'ak-stage-password');
  assert.equal(second.pendingUser, username);
  return program.answer(SIGN_IN, query, { component: 'ak-stage-password', password: PASSWORD });
}

/** The query of the flow that an authorization request leads to. */
async function queryOf(program, url) {
  const { pathname, search } = new URL(url);
  const response = await program.open(pathname + search);
  assert.equal(response.status, 302);
  const to = new URL(response.headers.get('location'), origin);
  return { to, query: to.search.slice(1), slug: to.pathname.split('/')[3] };
}

test('a password signs in', async () => {
  const end = await signIn(new Program(origin), 'api-ada');
  assert.equal(end.component, 'xak-flow-redirect');
  assert.equal(end.to, '/if/user/');
});

test('every challenge says which flow it is of', async () => {
  const { flowInfo, flowDesignation, primaryAction, userFields, passwordFields } =
    await new Program(origin).look(SIGN_IN);
  assert.equal(flowDesignation, 'authentication');
  assert.equal(primaryAction, 'Log in');
  assert.deepEqual([...userFields].sort(), ['email', 'username']);
  assert.equal(passwordFields, false);
  assert.equal(flowInfo.cancelUrl, '/flows/-/cancel/');
  assert.equal(flowInfo.layout, 'stacked');
});

test('a wrong password is told in response_errors', async () => {
  const program = new Program(origin);
  await program.look(SIGN_IN);
  await program.answer(SIGN_IN, '', { component: 'ak-stage-identification', uidField: 'api-ada' });
  const again = await program.answer(SIGN_IN, '', { component: 'ak-stage-password', password: 'x' });
  assert.equal(again.component, 'ak-stage-password');
  assert.equal(again.responseErrors.password[0].code, 'invalid');
});

test('an authenticator app is set up, and asked for from then on', async () => {
  const program = new Program(origin);
  await signIn(program, 'api-olga');
  const slug = 'default-authenticator-totp-setup';
  const setUp = await program.look(slug);
  assert.equal(setUp.component, 'ak-stage-authenticator-totp');
  const code = app(setUp.configUrl);
  const wrong = await program.answer(slug, '', { component: setUp.component, code: 1 });
  assert.equal(wrong.responseErrors.code[0].code, 'invalid');
  assert.equal(wrong.configUrl, setUp.configUrl, 'the same secret is confirmed');
  const done = await program.answer(slug, '', { component: setUp.component, code: Number(code()) });
  assert.equal(done.component, 'xak-flow-redirect');

  const other = new Program(origin);
  const asked = await signIn(other, 'api-olga');
  assert.equal(asked.component, 'ak-stage-authenticator-validate');
  assert.deepEqual(asked.deviceChallenges.map(({ deviceClass }) => deviceClass), ['totp']);
  assert.deepEqual(asked.deviceChallenges[0].challenge, {});
  const refused = await other.answer(SIGN_IN, '', { component: asked.component, code: '000000' });
  assert.ok(refused.responseErrors, 'a wrong code is told');
});

test('a passkey is registered, and is enough to sign in', async () => {
  const page = await openPage(browser);
  await page.goto(`${origin}/if/flow/default-recovery-flow/`); // asks for no passkey by itself
  await withPasskeys(page);
  const program = new Program(origin);
  await signIn(program, 'api-pia');
  const slug = 'default-authenticator-webauthn-setup';
  const setUp = await program.look(slug);
  assert.equal(setUp.component, 'ak-stage-authenticator-webauthn');
  const response = await create(page, setUp.registration);
  const done = await program.answer(slug, '', { component: setUp.component, response });
  assert.equal(done.component, 'xak-flow-redirect');

  const other = new Program(origin);
  const { passwordlessUrl } = await other.look(SIGN_IN);
  const passwordless = new URL(passwordlessUrl, origin).pathname.split('/')[3];
  const asked = await other.look(passwordless);
  assert.equal(asked.component, 'ak-stage-authenticator-validate');
  assert.equal(asked.deviceChallenges[0].deviceUid, '-1');
  const webauthn = await get(page, asked.deviceChallenges[0].challenge);
  const end = await other.answer(passwordless, '', { component: asked.component, webauthn });
  assert.equal(end.component, 'xak-flow-redirect');
  await page.context().close();
});

test('recovery by mail sets a new password', async () => {
  const slug = 'default-recovery-flow';
  const program = new Program(origin);
  await program.look(slug);
  const sent = await program.answer(slug, '', {
    component: 'ak-stage-identification',
    uidField: 'api-rita',
  });
  assert.equal(sent.component, 'ak-stage-email');
  const query = new URL(await linkFor(origin, 'api-rita@example.com')).search.slice(1);
  const other = new Program(origin);
  const asked = await other.look(slug, query);
  assert.equal(asked.component, 'ak-stage-prompt');
  assert.deepEqual(asked.fields.map(({ type }) => type), ['password', 'password']);
  const fresh = 'staple battery horse';
  const answer = Object.fromEntries(asked.fields.map(({ fieldKey }) => [fieldKey, fresh]));
  const end = await other.answer(slug, query, { component: asked.component, ...answer });
  assert.equal(end.component, 'xak-flow-redirect');

  const again = new Program(origin);
  await again.look(SIGN_IN);
  await again.answer(SIGN_IN, '', { component: 'ak-stage-identification', uidField: 'api-rita' });
  const signedIn = await again.answer(SIGN_IN, '', { component: 'ak-stage-password', password: fresh });
  assert.equal(signedIn.component, 'xak-flow-redirect');
});

test('recovery for nobody says the same', async () => {
  const slug = 'default-recovery-flow';
  const program = new Program(origin);
  await program.look(slug);
  const sent = await program.answer(slug, '', {
    component: 'ak-stage-identification',
    uidField: 'nobody.at.all@example.com',
  });
  assert.equal(sent.component, 'ak-stage-email');
});

test('an invitation makes an account', async () => {
  const slug = 'default-enrollment-flow';
  const refused = await new Program(origin).look(slug);
  assert.equal(refused.component, 'ak-stage-access-denied');

  const query = `itoken=${INVITATION}`;
  const program = new Program(origin);
  const asked = await program.look(slug, query);
  assert.equal(asked.component, 'ak-stage-prompt');
  const said = { email: 'api-erna@example.com', name: 'Erna' };
  const sent = await program.answer(slug, query, { component: asked.component, ...said });
  assert.equal(sent.component, 'ak-stage-email');
  const link = new URL(await linkFor(origin, said.email)).search.slice(1);
  const proved = new Program(origin);
  const last = await proved.look(slug, link);
  assert.equal(last.component, 'ak-stage-prompt');
  const passwords = last.fields.map(({ fieldKey }) => [fieldKey, PASSWORD]);
  const end = await proved.answer(slug, link, {
    component: last.component,
    ...Object.fromEntries(passwords),
  });
  assert.equal(end.component, 'xak-flow-redirect');
  const signedIn = await signIn(new Program(origin), said.email);
  assert.equal(signedIn.component, 'xak-flow-redirect');
});

test('consent is asked with what is granted, and leads to a code', async () => {
  const program = new Program(origin);
  const { url, state } = authorizeUrl(metadata, known);
  const first = await queryOf(program, url);
  assert.equal(first.slug, SIGN_IN);
  const signedIn = await signIn(program, 'api-ada', first.query);
  assert.equal(signedIn.component, 'xak-flow-redirect');
  const second = await queryOf(program, new URL(signedIn.to, origin).href);
  assert.equal(second.slug, CONSENT);
  const asked = await program.look(CONSENT, second.query);
  assert.equal(asked.component, 'ak-stage-consent');
  assert.ok(asked.permissions.some(({ id }) => id === 'email'));
  const end = await program.answer(CONSENT, second.query, {
    component: asked.component,
    token: asked.token,
  });
  assert.equal(end.component, 'xak-flow-redirect');
  const { pathname, search } = new URL(end.to, origin);
  const last = await program.open(pathname + search);
  const back = new URL(last.headers.get('location'));
  assert.equal(back.searchParams.get('state'), state);
  assert.ok(back.searchParams.get('code'));
});

test('once signed in, a POST without the CSRF header changes nothing', async () => {
  const program = new Program(origin);
  await signIn(program, 'api-ada');
  const slug = 'default-authenticator-static-setup';
  const asked = await program.look(slug);
  assert.equal(asked.component, 'ak-stage-authenticator-static');
  assert.equal(asked.codes.length, 6);
  const jar = ['latchkey_session', 'latchkey_flow'].map((name) => `${name}=${program.cookie(name)}`);
  const response = await fetch(`${origin}/api/v3/flows/executor/${slug}/?query=`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: jar.join('; ') },
    body: JSON.stringify({ component: asked.component }),
  });
  assert.equal(response.status, 403);
  const still = await program.look(slug);
  assert.equal(still.component, 'ak-stage-authenticator-static', 'the flow is where it was');
});

test('the session ends', async () => {
  const program = new Program(origin);
  await signIn(program, 'api-ada');
  const end = await program.look('default-invalidation-flow');
  assert.equal(end.component, 'xak-flow-redirect');
  const first = await program.look(SIGN_IN);
  assert.equal(first.component, 'ak-stage-identification');
});
