// What goes wrong: a program that does not build, a dlvx that is killed, a
// configuration that cannot work. Each ends with a message, and with no session left.

import fs from 'node:fs';
import path from 'node:path';

import { launch, load } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';

const orders = load('orders');

scenario('the errors of a build lead to their lines', {
  // A module of its own: no program of the repository fails to build.
  make(home) {
    const folder = path.join(home, 'broken');
    const launch = { version: '0.2.0', configurations: [{ name: 'broken', type: 'dlvx', request: 'launch', mode: 'debug', program: '${workspaceFolder}' }] };
    fs.mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    fs.writeFileSync(path.join(folder, '.vscode/launch.json'), JSON.stringify(launch));
    fs.writeFileSync(path.join(folder, 'go.mod'), 'module broken\n\ngo 1.25\n');
    fs.writeFileSync(path.join(folder, 'main.go'), 'package main\n\nfunc main() {\n\tno := such\n}\n');
    return { folder, file: 'main.go' };
  },
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
  await wb.page.keyboard.press('F5');
  await wb.dialog(/program: there is no .*nowhere/).waitFor();
  await wb.page.keyboard.press('Escape');
  await wb.ended();
});
