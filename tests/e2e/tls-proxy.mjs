// What stands before the issuer where clients authenticate with certificates (RFC 8705): ends TLS, asks for the client's
// certificate and hands it on in a header, as nginx does with `$ssl_client_escaped_cert`.

import { request as plain } from 'node:http';
import { createServer, request as secure } from 'node:https';

export const HEADER = 'x-client-certificate';

/** Ends TLS at `address` before the issuer at `base`, with this certificate and key. `close` ends it. */
export async function terminate(base, address, { cert, key }) {
  const to = new URL(base);
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { raw } = request.socket.getPeerCertificate();
    const headers = { ...request.headers };
    delete headers[HEADER]; // only what was shown in the handshake counts
    if (raw) headers[HEADER] = encodeURIComponent(pem(raw));
    const onward = plain(
      { host: to.hostname, port: to.port, path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(new URL(address).port, 'localhost', resolve));
  return { close: () => server.close() };
}

/** A `fetch` that shows this certificate. */
export const fetchWith = (tls) => (url, { method = 'GET', headers, body } = {}) =>
  new Promise((resolve, reject) => {
    const { hostname: host, port, pathname, search } = new URL(url);
    const path = pathname + search;
    const given = Object.fromEntries(new Headers(headers));
    const options = { host, port, path, method, headers: given, ...tls, rejectUnauthorized: false };
    const sent = secure(options, async (answer) => {
      const chunks = await answer.toArray();
      resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: plainHeaders(answer.headers) }));
    });
    sent.on('error', reject);
    sent.end(body?.toString());
  });

const plainHeaders = (headers) => new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function pem(der) {
  const lines = der.toString('base64').match(/.{1,64}/g);
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
