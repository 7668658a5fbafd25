// A program at the JSON flow executor: authentik's own generated client, with the cookie jar that it leaves to
// whoever brings `fetch`.

import { Configuration, FlowsApi } from '@goauthentik/api';

/** Most redirects that one call follows. */
const MOST_REDIRECTS = 10;

/** One client program, with cookies of its own. */
export class Program {
  #cookies = new Map();

  constructor(origin) {
    this.origin = origin;
    this.flows = new FlowsApi(
      new Configuration({ basePath: `${origin}/api/v3`, fetchApi: (url, init) => this.#fetch(url, init) }),
    );
  }

  /** What is asked: a challenge. */
  look(flowSlug, query = '') {
    return this.flows.flowsExecutorGet({ flowSlug, query });
  }

  /** Answers, and hands back what is asked next. */
  answer(flowSlug, query, flowChallengeResponseRequest) {
    return this.flows.flowsExecutorSolve({ flowSlug, query, flowChallengeResponseRequest });
  }

  /** A plain GET with the same cookies; redirects are not followed. */
  open(path) {
    return this.#send(new URL(path, this.origin).href, { redirect: 'manual' });
  }

  /** Sends a form with the same cookies; redirects are not followed. */
  post(path, form) {
    const init = { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' };
    return this.#send(new URL(path, this.origin).href, init);
  }

  /** A cookie's value. */
  cookie(name) {
    return this.#cookies.get(name);
  }

  async #fetch(url, init) {
    let [to, how] = [url, init];
    for (let n = 0; n < MOST_REDIRECTS; n += 1) {
      const response = await this.#send(to, how);
      if (![301, 302, 303].includes(response.status)) return response;
      to = new URL(response.headers.get('location'), to).href;
      how = { method: 'GET', headers: {} };
    }
    throw new Error(`${url} redirects without end`);
  }

  async #send(url, init = {}) {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const csrf = this.#cookies.get('authentik_csrf');
    if (csrf && init.method === 'POST') headers.set('X-authentik-CSRF', csrf);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split(';');
      const at = pair.indexOf('=');
      const gone = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
