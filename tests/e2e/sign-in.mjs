#!/usr/bin/env node
// Signs in by browser, for tests in any language:
//
//   node sign-in.mjs --url AUTHORIZE_URL --username U --password P --until REDIRECT_URI
//     [--deny] [--keyboard] [--no-javascript] [--phone] [--dark] [--screenshots DIR]
//
// Opens the URL, fills in identification, password and consent as they appear, and stops when the
// browser is sent to a URL that starts with --until; nothing has to listen there. Prints one line:
// {"url": …, "post": the body of a form post or null, "pages": [what was shown, in order]}
// Exits with 1, and the reason on standard error, when that does not happen within 30 seconds.

import { parseArgs } from 'node:util';

import { byKeyboard, byPointer, launch, openPage, photographer, signIn } from './browser.mjs';

const REQUIRED = ['url', 'username', 'password', 'until'];

function read() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      username: { type: 'string' },
      password: { type: 'string' },
      until: { type: 'string' },
      screenshots: { type: 'string' },
      deny: { type: 'boolean', default: false },
      keyboard: { type: 'boolean', default: false },
      'no-javascript': { type: 'boolean', default: false },
      phone: { type: 'boolean', default: false },
      dark: { type: 'boolean', default: false },
    },
  });
  const missing = REQUIRED.filter((name) => values[name] === undefined);
  if (missing.length) throw new Error(`missing: ${missing.map((name) => `--${name}`).join(' ')}`);
  return values;
}

async function main() {
  const given = read();
  const javascript = !given['no-javascript'];
  const browser = await launch();
  try {
    const page = await openPage(browser, { phone: given.phone, dark: given.dark, javascript });
    const outcome = await signIn(page, given.url, {
      username: given.username,
      password: given.password,
      until: given.until,
      consent: given.deny ? 'deny' : 'accept',
      hands: given.keyboard ? byKeyboard : byPointer,
      javascript,
      look: given.screenshots && photographer(given.screenshots),
    });
    console.log(JSON.stringify(outcome));
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(`sign-in: ${error.message}`);
  process.exitCode = 1;
});
