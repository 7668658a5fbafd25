#!/usr/bin/env node
// What the first paint of the sign-in page costs on an empty cache:
//
//   ISSUER=https://id.example.com/application/o/web/ node first-paint.mjs
//
// Prints requests, bytes over the wire (headers and all) and times, and exits with 1 where it is more than the
// budget allows.

import { launch, openPage } from './browser.mjs';

/** Requests and bytes until the first paint. */
const BUDGET = { requests: 3, bytes: 40 * 1024 };

async function measure(page, url) {
  const session = await page.context().newCDPSession(page);
  const requests = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith('data:')) requests.set(requestId, { url: request.url, bytes: 0 });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes = encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(url, { waitUntil: 'load' });
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => {
          const first = list.getEntriesByName('first-contentful-paint')[0];
          if (first) resolve(Math.round(first.startTime));
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
  return { requests: [...requests.values()], paint, shift };
}

async function main() {
  if (!process.env.ISSUER) throw new Error('set ISSUER');
  const url = new URL('/if/flow/default-authentication-flow/', process.env.ISSUER).href;
  const browser = await launch();
  try {
    const { requests, paint, shift } = await measure(await openPage(browser, { phone: true }), url);
    const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
    for (const request of requests) console.log(`${String(request.bytes).padStart(7)}  ${request.url}`);
    console.log(`requests ${requests.length} (at most ${BUDGET.requests})`);
    console.log(`bytes ${bytes} (at most ${BUDGET.bytes})`);
    console.log(`first contentful paint ${paint} ms, layout shift ${shift.toFixed(3)}`);
    if (requests.length > BUDGET.requests || bytes > BUDGET.bytes || bytes === 0 || shift > 0.01) {
      throw new Error('the first paint is over its budget');
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(`first-paint: ${error.message}`);
  process.exitCode = 1;
});
