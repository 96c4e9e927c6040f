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

  // Of another goroutine than the one that is selected.
  const main = await wb.callStack.thread(/\[Go 1\]/);
  await wb.callStack.menu(main, 'Copy Logical Stack');
  await until('the stack of goroutine 1', async () => /^goroutine 1 /.test(await wb.page.evaluate(() => navigator.clipboard.readText())));

  await wb.command('dlvx: Toggle Stitching in This Session');
  await until('the chain to go', async () => await separators() === 0);
  await wb.command('dlvx: Toggle Stitching in This Session');
  await until('the chain to come back', async () => await separators() === 3);
});

scenario('a goroutine of the Call Stack panel is shown in the Goroutines view', where, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  const stopped = await wb.callStack.thread(/main\.receipt/);
  const [id] = /\[Go \d+\]/.exec(stopped.name);
  await wb.callStack.menu(stopped, 'Show in Goroutines View');
  // All that led to it has exited, and is open.
  await wb.goroutines.row(new RegExp(`^\\${id.slice(0, -1)}\\] main\\.receipt$`));
});

scenario('all goroutines can be dumped to an editor tab', where, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.command('dlvx: Dump All Goroutines to an Editor Tab');
  await wb.editor.tab(/goroutines/).waitFor();
  const text = (await wb.editor.lines(/main\.receipt/)).join('\n');
  assert.match(text, /main\.handle/);
  assert.match(text, /created by goroutine 1\b/);
});
