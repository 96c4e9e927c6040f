// Pause: a server at rest, every goroutine of which waits.

import { diff, launch, load } from '../harness/fixture.mjs';
import { same, scenario } from '../harness/scenario.mjs';

const pause = load('pause');

scenario('after Pause the call stack of each goroutine is its whole chain', {
  folder: pause.Dir, file: 'main.go', line: pause.Markers['go-work'].Line, launch: [launch(pause)],
}, async (wb) => {
  await wb.start();
  await wb.pauseWhenReady();
  await wb.callStack.alone();
  same(diff(pause, null, await wb.callStack.stacks()));

  // It goes on, and stops again.
  await wb.continue();
  await wb.pause();
});
