// Loads pages of web-platform-tests in headless Chromium, several at a time, and writes what their tests report.
//
//   node browse.mjs JOB.json RESULTS.json
//
// The job has `chromium` (its path), `arguments` (its options), `tabs`, and `pages`: objects with `page`, `url` and
// `seconds`, after which a page is given up. A result has the harness's `status` (a number of testharness.js, or a word), the
// status of each of the page's `tests` by name, and the `seconds` that it took.

import {createRequire} from 'node:module';
import fs from 'node:fs';

// `import` does not look in NODE_PATH.
const puppeteer = createRequire(import.meta.url)('puppeteer-core');
const POLL_MS = 30;
const CLOSE_MS = 5000;

// Runs in each page before its scripts. It waits until testharness.js defines the function that takes listeners.
function listen() {
  if (window !== window.top) return;
  const name = 'add_completion_callback';
  Object.defineProperty(window, name, {
    configurable: true,
    get: () => undefined,
    set(add) {
      Object.defineProperty(window, name, {value: add, writable: true, configurable: true});
      // At this point of the script, it has no tests yet.
      queueMicrotask(() => add((tests, harness) => {
        const of = Object.fromEntries(tests.map((test) => [test.name, test.status]));
        window.reported_results = JSON.stringify({status: harness.status, tests: of});
      }));
    },
  });
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function load(browser, {url, seconds}) {
  const start = performance.now();
  const took = () => (performance.now() - start) / 1000;
  let context;
  let result = {status: 'timeout', tests: {}};
  try {
    // Each page has cookies, caches and service workers of its own.
    context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.on('dialog', (dialog) => dialog.dismiss().catch(() => {}));
    await page.evaluateOnNewDocument(listen);
    result.opened = took();
    let failure;
    page.goto(url, {waitUntil: 'domcontentloaded', timeout: seconds * 1000}).catch((error) => {
      // A page may leave before it is loaded, or load for longer than its tests take.
      if (!/ERR_ABORTED|imeout/.test(error.message)) failure = error;
    });
    while (!failure && took() < seconds) {
      const reported = await page.evaluate(() => window.reported_results).catch(() => undefined);
      if (reported) {
        result = {...result, ...JSON.parse(reported)};
        break;
      }
      await wait(POLL_MS);
    }
    if (failure) throw failure;
  } catch (error) {
    result = {status: `error: ${error.message}`, tests: {}};
  }
  result.seconds = took();
  if (context) await Promise.race([context.close().catch(() => {}), wait(CLOSE_MS)]);
  return result;
}

const [jobPath, resultsPath] = process.argv.slice(2);
const job = JSON.parse(fs.readFileSync(jobPath, 'utf8'));
const browser = await puppeteer.launch({executablePath: job.chromium, headless: true, args: job.arguments});
const results = {};
let next = 0;

async function tab() {
  while (next < job.pages.length) {
    const one = job.pages[next++];
    results[one.page] = await load(browser, one);
    if (process.stderr.isTTY) process.stderr.write(`\r${Object.keys(results).length} of ${job.pages.length} pages `);
  }
}

await Promise.all(Array.from({length: job.tabs}, tab));
if (process.stderr.isTTY) process.stderr.write('\r');
fs.writeFileSync(resultsPath, JSON.stringify(results));
await Promise.race([browser.close(), wait(CLOSE_MS)]);
process.exit(0);
