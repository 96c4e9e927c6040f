// The commands: dump, copy, toggle.

import assert from 'node:assert/strict';

import { launch, load } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';
import { until } from '../harness/until.mjs';

const orders = load('orders');
const where = { folder: orders.Dir, file: 'main.go', line: orders.StopAt.Line, launch: [launch(orders)] };

scenario('the logical stack can be copied, and left out', where, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  const separators = async () => (await wb.callStack.rows()).filter((r) => r.kind === 'separator').length;
  await until('the chain', async () => await separators() === 3);

  await wb.command('dlvx: Copy Logical Stack');
  const copied = await until('the stack in the clipboard', () => wb.page.evaluate(() => navigator.clipboard.readText()));
  assert.match(copied, /main\.receipt[^]*created by goroutine \d+ \(exited\)[^]*main\.charge[^]*main\.main/);

  await wb.command('dlvx: Toggle Stitching in This Session');
  await until('the chain to go', async () => await separators() === 0);
  await wb.command('dlvx: Toggle Stitching in This Session');
  await until('the chain to come back', async () => await separators() === 3);
});

scenario('all goroutines can be dumped to an editor tab', where, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.command('dlvx: Dump All Goroutines to an Editor Tab');
  await wb.editor.tab(/goroutines/).waitFor();
  const text = (await wb.editor.lines(/main\.receipt/)).join('\n');
  assert.match(text, /main\.handle/);
  assert.match(text, /created by goroutine 1\b/);
});
