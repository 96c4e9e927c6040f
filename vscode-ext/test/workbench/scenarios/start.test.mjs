// Ways to start: without a launch.json, anew, and in a terminal.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

import { launch, load } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';
import { until } from '../harness/until.mjs';

const orders = load('orders');
const at = { folder: orders.Dir, file: 'main.go', line: orders.StopAt.Line };

scenario('F5 without a launch.json debugs the open package, and Restart begins anew', at, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.frame(/^main\.charge$/);
  const target = () => wb.server.dlvx().find((p) => p.command.includes('__debug_bin'))?.pid;
  const first = await until('the target', target);

  await wb.restart();
  await until('another target', () => target() && target() !== first);
  await wb.stopped();
  await wb.callStack.frame(/^main\.charge$/);
  await wb.continue(false);
  await wb.ended();
});

scenario('a program runs in the integrated terminal', { ...at, launch: [launch(orders, { console: 'integratedTerminal' })] }, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.frame(/^main\.charge$/);
  assert.ok(wb.server.dlvx().some((p) => /--client-addr/.test(p.command)), 'dlvx was not started in a terminal');
  await wb.continue(false);
  await wb.ended();
  await wb.page.locator('.xterm-rows').filter({ hasText: 'receipt for a book' }).first().waitFor();
});

// It stands for the window of a terminal: it is started as one, and runs what it is given.
const windows = fs.mkdtempSync(path.join(os.tmpdir(), 'dlvx-window-'));
after(() => { fs.rmSync(windows, { recursive: true }); });
const terminal = path.join(windows, 'terminal');
fs.writeFileSync(terminal, `#!/bin/sh
[ "$1" = -e ] && shift
"$@" >${windows}/screen 2>&1
`, { mode: 0o755 });

scenario('a program runs in a terminal window of the system', {
  ...at, launch: [launch(orders, { console: 'externalTerminal' })], settings: { 'terminal.external.linuxExec': terminal },
}, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.frame(/^main\.charge$/);
  await wb.continue(false);
  await wb.ended();
  assert.match(fs.readFileSync(path.join(windows, 'screen'), 'utf8'), /receipt for a book/);
});
