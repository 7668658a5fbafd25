// The clients of tests/relying-parties: what python/prepare.py made for them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { importJWK } from 'jose';

const { BASE, MTLS, PREPARED } = process.env;
if (!BASE || !MTLS || !PREPARED) throw new Error('set BASE, MTLS and PREPARED: see tests/relying-parties');

/** Where the issuer is. */
export const base = BASE;
/** Where clients show it their certificates. */
export const mtls = MTLS;

/** FAPI 2.0 Security Profile §5.3.2.2: https. Nothing listens there. */
export const SECURE_CALLBACK = 'https://rp.example/cb';
export const CALLBACK = 'http://127.0.0.1:41999/cb';

/** The issuer of an application. */
export const issuerOf = (slug) => `${base}/application/o/${slug}/`;

/** The private key of a client. */
export async function keyOf(slug) {
  const jwk = JSON.parse(readFileSync(join(PREPARED, 'keys.json'), 'utf8'))[slug];
  return { key: await importJWK(jwk, jwk.alg), kid: jwk.kid, alg: jwk.alg };
}

/** A file of the folder. */
export const prepared = (name) => readFileSync(join(PREPARED, name));
