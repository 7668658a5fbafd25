// What somebody leaves behind who uses an application, for a test of what administrators see of it:
//
//     node traces.mjs BASE
//
// Signs `ada` in to the application `web`: a session, a consent, an access and a refresh token, and a code that nobody
// exchanges. She and `root` set up an authenticator app, recovery codes and a passkey.

import assert from 'node:assert/strict';

import { launch, openPage } from './browser.mjs';
import { Program } from './executor.mjs';
import { authorizeUrl, discover } from './issuer.mjs';
import { app, create, withPasskeys } from './people.mjs';
import { known, ledTo, through } from './visitor.mjs';

const [base] = process.argv.slice(2);
const client = { clientId: 'web', redirectUri: 'http://127.0.0.1:41999/cb' };
const scope = 'openid profile email offline_access';
const metadata = await discover(`${base}/application/o/web/`);

/** An authenticator of each kind. */
async function setUp(program, page) {
  const passkeys = await withPasskeys(page);
  const kinds = {
    totp: ({ configUrl }) => ({ code: Number(app(configUrl)()) }),
    static: () => ({}),
    webauthn: async ({ registration }) => ({ response: await create(page, registration) }),
  };
  for (const [kind, answer] of Object.entries(kinds)) {
    const flow = new URL(`/if/flow/default-authenticator-${kind}-setup/`, base);
    await through(program, flow, { [`ak-stage-authenticator-${kind}`]: answer });
  }
  assert.equal((await passkeys.credentials()).length, 1);
}

/** `ada` uses the application. */
async function use(program) {
  const first = await ledTo(program, authorizeUrl(metadata, client, { scope }).url);
  const signedIn = await through(program, first, known('ada'));
  const asked = await ledTo(program, signedIn);
  const agreed = await through(program, asked, { 'ak-stage-consent': ({ token }) => ({ token }) });
  assert.ok((await ledTo(program, agreed)).searchParams.get('code'), 'the code that nobody exchanges');

  const verifier = 'a-verifier-that-has-43-characters-or-some-more';
  const pkce = { code_challenge: verifier, code_challenge_method: 'plain' };
  const second = await ledTo(program, authorizeUrl(metadata, client, { scope, prompt: 'none', ...pkce }).url);
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('web:web-secret')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: second.searchParams.get('code'),
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
    }),
  });
  assert.equal(response.status, 200, await response.text());
}

const browser = await launch();
try {
  const ada = new Program(base);
  await use(ada);
  const root = new Program(base);
  await through(root, new URL('/if/flow/default-authentication-flow/', base), known('root'));
  const flowSlug = 'default-authenticator-static-setup';
  await root.look(flowSlug);
  const inspected = await root.flows.flowsInspectorGet({ flowSlug });
  const { component } = inspected.currentPlan.currentStage.stageObj;
  assert.equal(component, 'ak-stage-authenticator-static-form', 'the inspector, for administrators');
  assert.equal(inspected.isCompleted, false);
  for (const program of [ada, root]) {
    const page = await openPage(browser);
    await page.goto(`${base}/if/flow/default-recovery-flow/`); // asks for no passkey by itself
    await setUp(program, page);
    await page.context().close();
  }
} finally {
  await browser.close();
}
