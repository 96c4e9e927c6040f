// A stack of more frames than VS Code asks for at once.

import assert from 'node:assert/strict';

import { diff, launch, load } from '../harness/fixture.mjs';
import { same, scenario } from '../harness/scenario.mjs';

const deep = load('deepstack');

scenario('"Load More" leads through a deep chain to its end', {
  folder: deep.Dir, file: 'main.go', line: deep.StopAt.Line, launch: [launch(deep)],
}, async (wb) => {
  await wb.runTo(deep.StopAt.Line);
  await wb.callStack.alone();
  await wb.callStack.row('Load More', (r) => r.kind === 'more');
  const [stack] = await wb.callStack.stacks(/main\.find/);
  assert.ok(stack.length > 20, `${stack.length} rows`);
  same(diff(deep, stack));
});
