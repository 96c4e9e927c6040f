// Measures how long it takes from F5 to the whole Call Stack, with dlvx and with
// bare `dlv dap`, in rounds in which both take turns:
//
//	.ci/workbench --bench [--rounds=9]
//
// Each debugger has a workbench of its own, which stays open; the program is built
// anew for each session, as VS Code's users do, out of Go's build cache. The figure
// to trust is the median of the rounds' ratios.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { chromium } from './harness/browser.mjs';
import { launch, load } from './harness/fixture.mjs';
import { Server } from './harness/server.mjs';
import { tools } from './harness/tools.mjs';
import { hang, until } from './harness/until.mjs';
import { Workbench } from './harness/workbench.mjs';

const bar = 1.2;
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error(`--rounds=${values.rounds}: want a number of 1 or more`);

const orders = load('orders');
const dlv = path.join(tools.bin, 'dlv');
execFileSync('go', ['build', '-o', dlv, 'github.com/go-delve/delve/cmd/dlv'], { cwd: tools.repository, stdio: 'inherit' });

const browser = await chromium();
const sides = [
  // The last frame of the whole stack tells that all of it is there.
  await side('dlv', { dlvxPath: dlv }, 'runtime.goexit'),
  await side('dlvx', {}, 'main.main'),
];
await round(0); // fills caches, and is not counted
const results = [];
for (let i = 1; i <= rounds; i++) {
  const [plain, stitched] = await round(i);
  results.push({ plain, stitched, ratio: stitched / plain });
  console.log(`round ${i}: dlv ${plain.toFixed(0)} ms, dlvx ${stitched.toFixed(0)} ms`);
}
for (const s of sides) await s.server.stop();
await browser.close();

console.log(`from F5 to the whole call stack of ${orders.Name}: min, median, max of ${rounds} rounds`);
for (const [name, key, digits] of [['dlv, ms', 'plain', 0], ['dlvx, ms', 'stitched', 0], ['ratio', 'ratio', 2]]) {
  console.log(`  ${name.padEnd(10)}${spread(results.map((r) => r[key])).map((x) => x.toFixed(digits)).join('  ')}`);
}
const [, ratio] = spread(results.map((r) => r.ratio));
console.log(`bar ${bar}: ${ratio <= bar ? 'met' : 'missed'}`);

async function side(name, extra, last) {
  const server = await Server.start();
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 1600 } })).newPage();
  page.setDefaultTimeout(hang);
  const wb = await Workbench.open(page, server, {
    folder: orders.Dir, file: 'main.go', line: orders.StopAt.Line, launch: [launch(orders, { name, ...extra })],
  });
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  await wb.stop();
  return { wb, server, last };
}

// Both sides by turns: who is first changes from round to round.
async function round(i) {
  const times = [];
  for (const at of i % 2 ? [0, 1] : [1, 0]) times[at] = await session(sides[at]);
  return times;
}

// The page itself tells when the frame is shown: asking it takes time, too.
async function session({ wb, last }) {
  await until('the last session to leave the panel', async () => (await wb.callStack.rows()).length === 0);
  const shown = wb.page.evaluate((name) => new Promise((resolve) => {
    const is = () => [...document.querySelectorAll('.debug-call-stack .stack-frame .expression')].some((e) => e.textContent === name);
    const look = () => (is() ? resolve(performance.now()) : requestAnimationFrame(look));
    look();
  }), last);
  const begun = await wb.page.evaluate(() => performance.now());
  await wb.page.keyboard.press('F5');
  const time = await shown - begun;
  await wb.stop();
  return time;
}

function spread(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return [sorted[0], median, sorted.at(-1)];
}
