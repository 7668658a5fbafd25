// The OAuth client of the Model Context Protocol's own TypeScript SDK: it knows nothing but the address of a tool server,
// and ends with a token that is good there and nowhere else. No person sets anything up in between.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

import { Program } from './executor.mjs';
import { CALLBACK, base, issuerOf } from './relying-parties.mjs';
import { visit } from './visitor.mjs';

/** The tool server, which the application `tools` has as a resource. */
const SERVER = 'http://127.0.0.1:41998/mcp';
const METADATA = '/.well-known/oauth-protected-resource/mcp';
const issuer = issuerOf('tools');

let server;
before(async () => {
  server = createServer((request, response) => {
    if (request.url === METADATA) {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ resource: SERVER, authorization_servers: [issuer] })); // RFC 9728 §2
    }
    response.writeHead(request.url === '/mcp' ? 401 : 404).end();
  });
  await new Promise((resolve) => server.listen(41998, '127.0.0.1', resolve));
});
after(() => server?.close());

/** What the SDK asks its host to keep. */
class Host {
  redirectUrl = CALLBACK;
  clientMetadata = {
    client_name: 'An agent',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.given;
  saveTokens = (tokens) => void (this.given = tokens);
  redirectToAuthorization = (url) => void (this.sentTo = url);
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
}

test('an MCP client registers itself and gets a token for the server', async () => {
  const host = new Host();
  assert.equal(await auth(host, { serverUrl: SERVER, scope: 'openid' }), 'REDIRECT');
  assert.ok(host.client.client_id, 'RFC 7591 §3.2.1');
  assert.equal(host.client.client_secret, undefined, 'a public client');
  assert.equal(host.sentTo.searchParams.get('resource'), SERVER, 'RFC 8707 §2');
  assert.equal(host.sentTo.searchParams.get('code_challenge_method'), 'S256');

  const arrived = await visit(new Program(base), host.sentTo, CALLBACK);
  const authorizationCode = arrived.searchParams.get('code');
  assert.equal(await auth(host, { serverUrl: SERVER, authorizationCode }), 'AUTHORIZED');

  const keys = createRemoteJWKSet(new URL(`${issuer}jwks/`));
  const expected = { issuer, audience: SERVER, typ: 'at+jwt' };
  const { payload } = await jwtVerify(host.given.access_token, keys, expected);
  assert.equal(payload.client_id, host.client.client_id, 'RFC 9068 §2.2');
});
