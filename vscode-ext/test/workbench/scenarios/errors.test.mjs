// What goes wrong: a program that does not build, a dlvx that is killed, a
// configuration that cannot work. Each ends with a message, and with no session left.

import fs from 'node:fs';
import path from 'node:path';

import { launch, load, own } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';

const orders = load('orders');

scenario('the errors of a build lead to their lines', {
  make: (home) => own(home, { 'main.go': 'package main\n\nfunc main() {\n\tno := such\n}\n' }),
}, async (wb) => {
  await wb.page.keyboard.press('F5');
  const error = wb.console.line('undefined: such');
  await error.waitFor();
  await wb.ended();
  await error.locator('a').filter({ hasText: /main\.go:4/ }).click({ modifiers: ['Control'] });
  await wb.editor.atLine('main.go', 4);
});

scenario('a session whose dlvx is killed ends with a message', {
  // Nobody is left to remove the program then, so it is built where it goes anyway.
  make: (home) => ({
    folder: orders.Dir, file: 'main.go', line: orders.StopAt.Line, launch: [launch(orders, { output: path.join(home, 'orders') })],
  }),
}, async (wb) => {
  await wb.runTo(orders.StopAt.Line);
  for (const { pid, command } of wb.server.dlvx()) {
    if (command.includes('dlvx dap')) process.kill(pid, 'SIGKILL');
  }
  await wb.notification(/dlvx ended unexpectedly/).waitFor();
  await wb.ended();
});

scenario('a configuration that cannot work says why', {
  folder: orders.Dir, file: 'main.go', launch: [launch(orders, { program: path.join(orders.Dir, 'nowhere') })],
}, async (wb) => {
  await wb.startRefused(/program: there is no .*nowhere/);
  await wb.page.keyboard.press('Escape');
  await wb.ended();
});

scenario('a launch in a folder without Go files says so', {
  make: (home) => ({ ...own(home, {}), file: undefined }),
}, async (wb) => {
  await wb.startRefused(/has no Go files/);
  await wb.page.keyboard.press('Escape');
  await wb.ended();
});

scenario('a workspace without Go says what to open', {
  make(home) {
    const folder = path.join(home, 'notes');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'no Go here\n');
    return { folder };
  },
}, async (wb) => {
  await wb.page.locator('.part.sidebar .monaco-button').filter({ hasText: 'Run and Debug' }).first().click();
  await wb.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Go (dlvx)' }).first().click();
  await wb.dialog(/Open a Go file/).waitFor();
  await wb.page.keyboard.press('Escape');
  await wb.ended();
});
