// A person with a browser: opens pages, answers the forms of a sign-in and sees where it ends.
//
// The client's side needs no server: the navigation to its redirect URI is answered here. This uses
// the Fetch domain of the DevTools protocol and not `page.route`, which never sees the target of a
// redirect.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

/** How long a person waits for a page before they give up. */
const PATIENCE_MS = 30_000;

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** Starts Chromium, from `CHROMIUM` or where distributions install it. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens a page in a fresh profile.
 * `phone`, `dark`: what it is looked at with; `javascript: false` switches scripts off.
 */
export async function openPage(browser, { phone = false, dark = false, javascript = true } = {}) {
  const context = await browser.newContext({
    ...(phone ? PHONE : DESKTOP),
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: javascript,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/**
 * Answers every request for a URL that starts with `prefix`, as the client would.
 * The promise it hands back as `arrival` is kept once: `{ url, post }`, where `post` is the body of
 * a form post and otherwise null.
 */
export async function awaitArrival(page, prefix) {
  const session = await page.context().newCDPSession(page);
  // `*` and `?` are wildcards of the pattern language; the prefix is meant literally.
  const literal = prefix.replace(/[\\*?]/g, (character) => `\\${character}`);
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `${literal}*` }] });
  const state = { arrived: undefined };
  const arrival = new Promise((resolve) => {
    session.on('Fetch.requestPaused', async ({ requestId, request }) => {
      await session.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: 200,
        responseHeaders: [{ name: 'content-type', value: 'text/html' }],
        body: Buffer.from('<!doctype html><title>Client</title>Back at the client').toString('base64'),
      });
      state.arrived ??= {
        url: request.url + (request.urlFragment ?? ''),
        post: request.method === 'POST' ? await postedBody(session, requestId, request) : null,
      };
      resolve(state.arrived);
    });
  });
  const close = () => session.detach().catch(() => {}); // the page may be closed already
  return { arrival, arrived: () => state.arrived, close };
}

async function postedBody(session, requestId, request) {
  if (request.postData !== undefined) return request.postData;
  const entries = request.postDataEntries ?? [];
  return entries.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64').toString()).join('');
}

/** What is shown: a stage's component name, `form-post`, `sign-out`, `signed-out`, or null. */
export async function shown(page) {
  const component = page.locator('input[name="component"]');
  if (await component.count()) return component.first().getAttribute('value');
  if (await page.locator('button[name="choice"][value="sign_out"]').count()) return 'sign-out';
  if (await page.locator('form[method="post"] button').count()) return 'form-post';
  if (await page.locator('a.button').count()) return 'signed-out';
  return null;
}

/** The text of the error on the page, or null. */
export async function errorText(page) {
  const alert = page.locator('[role="alert"]');
  return (await alert.count()) ? (await alert.first().innerText()).trim() : null;
}

/** Does something that leads to another page, and waits until that is there. */
export async function follow(page, act) {
  const moved = page.waitForEvent('framenavigated', {
    predicate: (frame) => frame === page.mainFrame(),
    timeout: PATIENCE_MS,
  });
  await Promise.all([moved, act()]);
  await page.waitForLoadState('domcontentloaded');
}

/** With a pointer: fill in, click. */
export const byPointer = {
  fill: (page, selector, text) => page.fill(selector, text),
  submit: (page, selector) => follow(page, () => page.click(selector)),
};

/** With nothing but Tab, letters and Enter. */
export const byKeyboard = {
  async fill(page, selector, text) {
    await tabTo(page, selector);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text);
  },
  async submit(page, selector) {
    await tabTo(page, selector);
    await follow(page, () => page.keyboard.press('Enter'));
  },
};

async function tabTo(page, selector) {
  for (let presses = 0; presses < 20; presses += 1) {
    const there = await page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
    if (there) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** How each stage is answered: the button that sends the answer, after the fields are filled in. */
const ANSWERS = {
  'ak-stage-identification': async (page, { username, hands }) => {
    await hands.fill(page, '[name="uid_field"]', username);
    return 'form button[type="submit"]';
  },
  'ak-stage-password': async (page, { password, hands }) => {
    await hands.fill(page, '[name="password"]', password);
    return 'form button[type="submit"]';
  },
  'ak-stage-consent': async (page, { consent }) => `button[name="consent"][value="${consent}"]`,
  'sign-out': async () => 'button[name="choice"][value="sign_out"]',
  'signed-out': async () => 'a.button',
};

/**
 * Opens `url` and answers what is asked until the browser is at a URL that starts with `until`.
 *
 * `username`, `password`; `consent`: `accept` or `deny`; `hands`: `byPointer` or `byKeyboard`;
 * `javascript: false` where the page has none, so that a form post needs its button;
 * `look(page, name, number)` is called on every page before it is answered.
 *
 * Returns `{ url, post, pages }`. Throws when a page is refused, unknown, or nothing more happens.
 */
export async function signIn(page, url, options) {
  const answers = { consent: 'accept', hands: byPointer, javascript: true, ...options };
  const client = await awaitArrival(page, answers.until);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not at ${answers.until} in time`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([walk(page, url, client, answers), late]);
  } catch (error) {
    const [reason] = error.message.split('\n'); // a log of calls follows in Playwright's own
    throw new Error(`${reason}\n  at ${await whereabouts(page)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await client.close();
  }
}

async function walk(page, url, client, answers) {
  const pages = [];
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  while (!client.arrived()) {
    const name = await shown(page).catch((error) => {
      if (answers.javascript) return 'form-post'; // it went on by itself while we were looking
      throw error;
    });
    if (name === 'form-post' && answers.javascript) {
      await client.arrival; // the page sends itself
      break;
    }
    pages.push(name);
    const error = await errorText(page);
    if (error) throw new Error(`the ${name} page says: ${error}`);
    await answers.look?.(page, name, pages.length);
    if (name === 'form-post') {
      await follow(page, () => page.click('form button[type="submit"]'));
    } else {
      const answer = ANSWERS[name];
      if (!answer) throw new Error('a page that asks nothing');
      await answers.hands.submit(page, await answer(page, answers));
    }
  }
  const arrived = await client.arrival;
  // Sent by itself, a form post may be gone before it is seen.
  if (arrived.post !== null && pages.at(-1) !== 'form-post') pages.push('form-post');
  return { ...arrived, pages };
}

async function whereabouts(page) {
  const heading = await page.locator('h1').first().innerText({ timeout: 1000 }).catch(() => '');
  // The query may hold codes and states; the path is enough to find the page.
  const { origin, pathname } = new URL(page.url() === 'about:blank' ? 'http://blank' : page.url());
  return `${origin}${pathname}${heading ? `, headed "${heading}"` : ''}`;
}

/** A `look` that writes a picture of every page into `folder`: `01-identification.png` … */
export function photographer(folder) {
  return async (page, name, number) => {
    await mkdir(folder, { recursive: true });
    const file = `${String(number).padStart(2, '0')}-${(name ?? 'page').replace('ak-stage-', '')}.png`;
    await page.screenshot({ path: join(folder, file), fullPage: true });
  };
}
