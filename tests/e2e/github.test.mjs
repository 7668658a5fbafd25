// passport-github2, a library nobody here wrote, signs in through the GitHub endpoints: with the scope given to
// the strategy, and given to `authenticate`, the two places it allows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import passport from 'passport';
import { Strategy } from 'passport-github2';

import { launch, openPage, signIn } from './browser.mjs';
import { settings } from './issuer.mjs';

const { issuer, person } = settings();
const base = new URL(issuer).origin;
const client = { id: process.env.GITHUB_CLIENT_ID, secret: process.env.GITHUB_CLIENT_SECRET };
const redirectUri = process.env.GITHUB_REDIRECT_URI;

let browser;
before(async () => {
  assert.ok(client.id && client.secret && redirectUri, 'GITHUB_CLIENT_ID, _SECRET, _REDIRECT_URI');
  browser = await launch();
});
after(() => browser?.close());

function strategy(options) {
  const urls = {
    authorizationURL: `${base}/login/oauth/authorize`,
    tokenURL: `${base}/login/oauth/access_token`,
    userProfileURL: `${base}/user`,
    userEmailURL: `${base}/user/emails`,
  };
  const credentials = { clientID: client.id, clientSecret: client.secret, callbackURL: redirectUri };
  return new Strategy({ ...urls, ...credentials, ...options }, (token, refresh, profile, done) => {
    done(null, { token, refresh, profile });
  });
}

/** An application with one route: asked without a code it sends to the provider, asked with one it is signed in. */
async function application(using, options) {
  const server = createServer((req, res) => {
    req.query = Object.fromEntries(new URL(req.url, base).searchParams);
    const answer = (error, user, info) => {
      res.statusCode = user ? 200 : 401;
      res.end(JSON.stringify({ user, error: error && `${error} ${error.oauthError?.data}`, info }));
    };
    passport.authenticate(using, { session: false, ...options }, answer)(req, res, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

for (const [place, inStrategy, inAuthenticate] of [
  ['the strategy', { scope: ['user:email', 'read:org'] }, {}],
  ['the strategy, as text', { scope: 'user:email' }, {}],
  ['authenticate', {}, { scope: ['user:email', 'read:user'] }],
]) {
  test(`passport-github2 signs in with its scope in ${place}`, async () => {
    const app = await application(strategy(inStrategy), inAuthenticate);
    try {
      const sent = await fetch(app.url, { redirect: 'manual' });
      const asked = new URL(sent.headers.get('location'));
      assert.equal(asked.origin + asked.pathname, `${base}/login/oauth/authorize`);
      const page = await openPage(browser);
      const outcome = await signIn(page, asked.href, { ...person, until: redirectUri });
      await page.context().close();
      const back = await fetch(app.url + new URL(outcome.url).search);
      const { user, error, info } = await back.json();
      assert.equal(back.status, 200, JSON.stringify({ error, info }));
      assert.equal(user.profile.username, person.username);
      assert.ok(Number.isInteger(Number(user.profile.id)));
      assert.equal(user.profile.displayName, 'Ada Lovelace');
      assert.deepEqual(user.profile.emails, [{ value: 'ada@example.com' }]);
    } finally {
      app.close();
    }
  });
}

test('passport-github2 is told where the scope does not reach', async () => {
  const app = await application(strategy({}), { scope: ['read:org'] });
  try {
    const sent = await fetch(app.url, { redirect: 'manual' });
    const page = await openPage(browser);
    const outcome = await signIn(page, sent.headers.get('location'), { ...person, until: redirectUri });
    await page.context().close();
    const back = await fetch(app.url + new URL(outcome.url).search);
    assert.equal(back.status, 401);
    assert.match((await back.json()).error, /insufficient_scope/);
  } finally {
    app.close();
  }
});
