// A breakpoint in a program whose spawners have exited or wait: the Call Stack
// panel is what the program expects, and each of its rows leads somewhere.

import assert from 'node:assert/strict';

import { diff, launch, load } from '../harness/fixture.mjs';
import { same, scenario } from '../harness/scenario.mjs';

const orders = load('orders');
const locals = load('locals');
const labels = load('pproflabels');

function at(program, extra) {
  return { folder: program.Dir, file: program.StopAt.File, line: program.StopAt.Line, launch: [launch(program, extra)] };
}

scenario('the call stack at a breakpoint is the whole chain, and each row opens its line', at(orders), async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.row('the thread at the breakpoint', (r) => r.kind === 'thread' && /main\.receipt/.test(r.name) && /breakpoint/i.test(r.badge));
  const [stack] = await wb.callStack.stacks(/main\.receipt/);
  same(diff(orders, stack));

  await wb.callStack.click(await wb.callStack.frame(/^main\.charge$/));
  await wb.editor.atLine('main.go', orders.Markers['go-receipt'].Line);
  await wb.callStack.click(await wb.callStack.row('the separator of goroutine 1', (r) => r.kind === 'separator' && /goroutine 1\b/.test(r.name)));
  await wb.editor.atLine('main.go', orders.Markers['go-handle'].Line);
  await wb.callStack.click(await wb.callStack.frame(/^main\.main$/));
  await wb.editor.atLine('main.go', orders.Markers.serve.Line);
});

scenario('a live frame shows its variables', at(locals), async (wb) => {
  await wb.runTo(locals.StopAt.Line);
  await wb.variables.row(/^order\s*=?:?\s*4711$/);
  await wb.callStack.click(await wb.callStack.frame(/^main\.process$/));
  await wb.editor.atLine('main.go', locals.Markers['go-price'].Line);
  assert.match(await wb.variables.row(/^customer/), /acme/);
});

scenario('pprof labels stand in the names of goroutines', at(labels, { showPprofLabels: ['tenant'] }), async (wb) => {
  await wb.runTo(labels.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.thread(/\[Go \d+ acme\] main\.query/);
  same(diff(labels, (await wb.callStack.stacks(/main\.query/))[0]));
});
