// The pictures of the docs and of the extension's README. They are taken in every
// run, so that what they show is tried, and written only where that is asked for.

import { launch, load } from '../harness/fixture.mjs';
import { image, scenario } from '../harness/scenario.mjs';

const orders = load('orders');
const server = load('pause');
const look = {
  viewport: { width: 1400, height: 760 },
  settings: {
    'workbench.colorTheme': 'Default Dark Modern', 'workbench.statusBar.visible': false,
    'breadcrumbs.enabled': false,
    'workbench.layoutControl.enabled': false, 'editor.fontSize': 14,
  },
};

scenario('a picture of the Call Stack panel', {
  ...look, folder: orders.Dir, file: 'main.go', line: orders.StopAt.Line, launch: [launch(orders)],
}, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  await wb.hidePanel();
  await wb.widenSideBar(520);
  await wb.callStack.alone();
  await wb.callStack.click(await wb.callStack.frame(/^main\.charge$/));
  await wb.editor.atLine('main.go', orders.Markers['go-receipt'].Line);
  await image(wb, 'call-stack.png');
});

scenario('pictures of the Goroutines view and of go statements', {
  ...look, folder: server.Dir, file: 'main.go', line: server.Markers['go-orders'].Line, launch: [launch(server)],
}, async (wb) => {
  await wb.start();
  await wb.pauseWhenReady();
  await wb.hidePanel();
  await wb.widenSideBar(520);
  await wb.goroutines.alone();
  for (const row of [/main\.main$/, /boot$/, /listen$/]) await wb.goroutines.expand(await wb.goroutines.row(row));
  await wb.editor.show('main.go');
  await wb.editor.codeLens(/goroutine/).first().waitFor();
  await image(wb, 'goroutines.png');
  await wb.callStack.alone();
  await wb.editor.codeLens(/goroutine/).first().waitFor();
  await image(wb, 'codelens.png', { x: 524, y: 300, width: 600, height: 430 });
});
