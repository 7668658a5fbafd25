// What is held against every page: what its browser complains about, whom it asks for things, whether it fits
// the screen, and what axe finds. With SCREENSHOTS=FOLDER a picture of every page is kept.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { openPage } from './browser.mjs';

/** What a page is looked at with. */
export const SCREENS = [true, false].flatMap((phone) =>
  [false, true].map((dark) => ({
    phone,
    dark,
    name: `${phone ? 'phone' : 'desktop'}-${dark ? 'dark' : 'light'}`,
  })),
);

/**
 * Runs `body` with a fresh page; afterwards its browser must have had no complaint about the pages, and they
 * must have asked for nothing but addresses that start with one of `ours`.
 */
export async function withPage(browser, ours, options, body) {
  const page = await openPage(browser, options);
  const complaints = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const address = request.url();
    const known = ours.some((prefix) => address.startsWith(prefix));
    if (!known && !address.startsWith('data:')) complaints.push(`asked for ${address}`);
  });
  try {
    await body(page);
    assert.deepEqual(complaints, []);
  } finally {
    await page.context().close();
  }
}

/** Asserts that the page, called `name`, is fit for people on this screen, and keeps a picture. */
export async function isFit(page, name, screen) {
  await settled(page);
  if (process.env.SCREENSHOTS) {
    await mkdir(process.env.SCREENSHOTS, { recursive: true });
    const path = join(process.env.SCREENSHOTS, `${name}-${screen.name}.png`);
    await page.screenshot({ path, fullPage: true });
  }
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width[0] <= width[1], `${name} scrolls sideways: ${width}`);
  assert.equal(await page.locator('h1').count(), 1, name);
  assert.deepEqual(await seriousProblems(page), [], name);
}

/** Waits until nothing on the page moves or changes its colour any more. */
const settled = (page) =>
  page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));

/** The same on every screen there is. */
export async function fitsEverywhere(page, name) {
  const [viewport, scheme] = [page.viewportSize(), 'light'];
  for (const screen of SCREENS) {
    await page.setViewportSize(screen.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: screen.dark ? 'dark' : 'light' });
    await isFit(page, name, screen);
  }
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: scheme });
}

let axe;
async function seriousProblems(page) {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
