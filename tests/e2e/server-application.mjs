// A server-side application in a browser: opens its address, signs in at the issuer, and prints the text of the page that
// the application shows then.
//
//     node server-application.mjs ADDRESS

import { launch, openPage } from './browser.mjs';
import { PASSWORD } from './people.mjs';

const [address] = process.argv.slice(2);
const browser = await launch();
try {
  const page = await openPage(browser);
  await page.goto(address);
  await page.fill('[name="uid_field"]', 'ada');
  await page.click('form button[type="submit"]');
  await page.fill('[name="password"]', PASSWORD);
  await page.click('form button[type="submit"]');
  await page.waitForURL(`${new URL(address).origin}/**`);
  await page.waitForLoadState('load');
  console.log(await page.innerText('body'));
} finally {
  await browser.close();
}
