// authentik's own npm client goes through every resource of `../clients/resources.json`.
//
//     node management-clients.mjs BASE TOKEN
//
// Each answer is read by the client's own `FromJSON`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import * as authentik from 'authentik-2024-10-2';

const ME = 'npm';
const PATH = new URL('../clients/resources.json', import.meta.url);

/** `core_users_list` as this client has it: `coreUsersList`. */
function camel(name) {
  return name.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function capital(name) {
  return name[0].toUpperCase() + name.slice(1);
}

function lower(name) {
  return name[0].toLowerCase() + name.slice(1);
}

/** Calls operations by their names, as the served schema describes them. */
class Client {
  constructor(base, token) {
    this.configuration = new authentik.Configuration({ basePath: `${base}/api/v3`, accessToken: token });
    this.called = new Set();
    this.operations = new Map();
  }

  async learn() {
    const schema = await this.call('schema_retrieve', { query: { format: 'json' } });
    for (const [path, methods] of Object.entries(schema.paths)) {
      for (const { operationId, requestBody } of Object.values(methods)) {
        const body = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
        this.operations.set(operationId, { key: path.match(/{(\w+)}/)?.[1], body });
      }
    }
  }

  /** The answer as it came, once the client has read it. */
  async call(operation, { key, query, body, form, refused } = {}) {
    this.called.add(operation);
    const section = operation.split('_')[0];
    const api = new authentik[`${capital(section)}Api`](this.configuration);
    const parameters = {};
    for (const [name, value] of Object.entries({ ...query, ...form })) parameters[camel(name)] = value;
    if (form?.file) parameters.file = new Blob([form.file]);
    const known = this.operations.get(operation);
    if (key !== undefined) parameters[camel(known.key)] = key;
    if (body !== undefined) parameters[lower(known.body)] = built(known.body, body);
    let answer;
    try {
      answer = await api[`${camel(operation)}Raw`](parameters);
    } catch (error) {
      const status = error.response?.status;
      if (refused && status === refused) return undefined;
      const said = error.response ? `${status}: ${await error.response.text()}` : error;
      throw new Error(`${operation} was answered with ${said}`);
    }
    assert.ok(!refused, `${operation} should have been refused with ${refused}`);
    const text = await answer.raw.clone().text();
    try {
      dated(await answer.value());
    } catch (error) {
      throw new Error(`${operation}: the client cannot read the answer: ${error}`);
    }
    return told(text);
  }
}

/** What a body says: a value, or the text of a file. */
function told(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}

/** A body as people write it. `FromJSON` drops what is null, and knows the kind of a provider by the provider alone. */
function built(model, body) {
  const { provider_model: kind, provider } = body;
  const whole = kind ? { ...body, provider: { ...provider, providerModel: kind } } : body;
  const made = authentik[`${model}FromJSON`](whole);
  for (const [name, value] of Object.entries(body)) if (value === null) made[camel(name)] = null;
  return made;
}

/** Dates are dates: the client says nothing of one it could not read. */
function dated(value) {
  if (value instanceof Date) assert.ok(!Number.isNaN(value.getTime()), 'a moment is none');
  else if (value && typeof value === 'object') Object.values(value).forEach(dated);
}

/** What stands at `a.0.b`. */
function at(value, path) {
  return path.split('.').reduce((inner, part) => {
    assert.ok(inner !== undefined && inner !== null, `there is no ${path}`);
    return inner[part];
  }, value);
}

function same(operation, what, got, wanted) {
  assert.deepEqual(got, wanted, `${operation}: ${what} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

/** What was sent is what stands there, as far as it is shown. */
function agree(operation, answer, body, { differs = [] }) {
  for (const [name, wanted] of Object.entries(body)) {
    if (name in answer && !differs.includes(name)) same(operation, name, answer[name], wanted);
  }
}

class Run {
  constructor(client) {
    this.client = client;
    this.known = {};
  }

  /** The value with `{n}` and `$resource.field` replaced. */
  filled(value, number = 1) {
    if (Array.isArray(value)) return value.map((item) => this.filled(item, number));
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.filled(item, number)]));
    }
    if (typeof value !== 'string') return value;
    return value.startsWith('$') ? at(this.known, value.slice(1)) : value.replaceAll('{n}', `${ME}-${number}`);
  }

  /** One call of the table. */
  async act({ call, key, query, body, form, refused, save, expect = {} }) {
    const parts = this.filled({ key, query, body, form });
    const answer = await this.client.call(call, { ...parts, refused });
    if (save) this.known[save] = answer;
    for (const [path, wanted] of Object.entries(this.filled(expect))) same(call, path, at(answer, path), wanted);
  }

  /** Makes two, reads, lists, changes. */
  async live(resource) {
    const { prefix, key } = resource;
    const call = (what, parts) => this.client.call(`${prefix}_${what}`, parts);
    const first = this.filled(resource.create);
    const made = (this.known[prefix] = await call('create', { body: first }));
    const second = this.filled({ ...resource.create, ...resource.second }, 2);
    const other = (this.known[`${prefix}_2`] = await call('create', { body: second }));
    assert.notEqual(made[key], other[key], `${prefix}: two have one key`);
    agree(`${prefix}_create`, made, first, resource);
    const one = { key: made[key] };
    same(`${prefix}_retrieve`, key, (await call('retrieve', one))[key], made[key]);
    const pages = [];
    for (const page of [1, 2]) {
      const shown = await call('list', { query: { page, page_size: 1 } });
      same(`${prefix}_list`, 'current', shown.pagination.current, page);
      same(`${prefix}_list`, 'rows of a page', shown.results.length, 1);
      pages.push(shown.results);
    }
    assert.notDeepEqual(pages[0], pages[1], `${prefix}_list: both pages have the same row`);
    await call('list', { query: { ordering: '-pk', page_size: 50 } });
    const change = this.filled(resource.change);
    agree(`${prefix}_partial_update`, await call('partial_update', { ...one, body: change }), change, resource);
    const found = await call('list', { query: this.filled(resource.find) });
    same(`${prefix}_list`, 'rows found', found.results.map((row) => row[key]), [made[key]]);
    const whole = { ...first, ...change };
    agree(`${prefix}_update`, await call('update', { ...one, body: whole }), whole, resource);
    const shown = (this.known[prefix] = await call('retrieve', one));
    agree(`${prefix}_retrieve`, shown, whole, resource);
    await call('used_by_list', one);
  }

  /** Removes both. */
  async end({ prefix, key }) {
    for (const name of [`${prefix}_2`, prefix]) {
      const gone = at(this.known, name)[key];
      await this.client.call(`${prefix}_destroy`, { key: gone });
      await this.client.call(`${prefix}_retrieve`, { key: gone, refused: 404 });
    }
  }
}

const [base, token] = process.argv.slice(2);
const table = JSON.parse(readFileSync(PATH, 'utf8'));
const client = new Client(base, token);
await client.learn();
const run = new Run(client);
let failed = false;

async function attempt(what, { prefix }, work) {
  try {
    await work();
    console.log(`ok      ${prefix} (${what})`);
  } catch (error) {
    failed = true;
    console.log(`FAILED  ${prefix} (${what}): ${error.message}`);
  }
}

for (const resource of table.resources) {
  if (resource.create) await attempt('made, read, listed, changed', resource, () => run.live(resource));
  await attempt('actions', resource, async () => {
    for (const action of resource.actions ?? []) await run.act(action);
  });
}
for (const resource of table.resources.toReversed()) {
  if (resource.create) await attempt('removed', resource, () => run.end(resource));
}
const unknown = Object.keys(table.not_in_these_clients);
const left = [...client.operations.keys()].filter(
  (name) => !client.called.has(name) && !unknown.some((prefix) => name.startsWith(prefix)),
);
if (left.length) console.log(`FAILED  resources.json does not call ${left.join(', ')}`);
process.exitCode = failed || left.length ? 1 : 0;
