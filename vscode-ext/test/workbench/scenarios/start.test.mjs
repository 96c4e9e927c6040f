// Ways to start: without a launch.json, anew, and in a terminal.

import assert from 'node:assert/strict';

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
