// Somebody at a client that has no page: goes where the client sends them, by the JSON executor, and comes back with the
// answer. As a program, for tests in any language:
//
//     node visitor.mjs BASE AUTHORIZE_URL REDIRECT_URI
//
// signs `ada` in and prints the address that she is sent to.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

import { Program } from './executor.mjs';
import { PASSWORD } from './people.mjs';

/** More addresses than any sign-in leads through. */
const MOST = 20;

/** Opens an address, and says where that leads. */
export async function ledTo(program, address) {
  const { pathname, search } = new URL(address, program.origin);
  const response = await program.open(pathname + search);
  assert.equal(response.status, 302, `${pathname} leads on`);
  return new URL(response.headers.get('location'), program.origin);
}

/** Answers what the flow at this address asks, until it leads elsewhere. */
export async function through(program, address, answers) {
  const slug = address.pathname.split('/')[3];
  const query = address.search.slice(1);
  let asked = await program.look(slug, query);
  while (asked.component !== 'xak-flow-redirect') {
    const answer = await answers[asked.component]?.(asked);
    assert.ok(answer, `${asked.component} is not asked`);
    asked = await program.answer(slug, query, { component: asked.component, ...answer });
  }
  return asked.to;
}

/** Says who it is, and agrees. */
export const known = (uidField) => ({
  'ak-stage-identification': () => ({ uidField }),
  'ak-stage-password': () => ({ password: PASSWORD }),
  'ak-stage-consent': ({ token }) => ({ token }),
});

/** Takes an authorization request to its answer: the address at the client. */
export async function visit(program, address, until, username = 'ada') {
  let at = new URL(address, program.origin);
  for (let n = 0; n < MOST; n += 1) {
    if (at.href.startsWith(until)) return at;
    const flow = at.pathname.startsWith('/if/flow/');
    const to = flow ? await through(program, at, known(username)) : await ledTo(program, at);
    at = new URL(to, program.origin);
  }
  throw new Error(`${address} does not lead to ${until}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [base, address, until] = process.argv.slice(2);
  console.log((await visit(new Program(base), address, until)).href);
}
