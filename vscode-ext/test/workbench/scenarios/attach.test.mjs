// A program that runs already: it is picked from the list, paused, and left alone.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';

import { own } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';

// Package net links it with shared libraries, where cgo is to be had.
const program = `package main

import (
	"fmt"
	"net"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(l)
	fmt.Println("ready")
	select {}
}

func serve(l net.Listener) {
	l.Accept()
}
`;

let running;
after(() => { running?.kill('SIGKILL'); });

scenario('a running program is picked, paused, and goes on', {
  async make(home) {
    const made = own(home, { 'main.go': program });
    const file = path.join(made.folder, '.vscode/launch.json');
    const launch = { version: '0.2.0', configurations: [{ name: 'attach', type: 'dlvx', request: 'attach', mode: 'local', processId: 0 }] };
    fs.writeFileSync(file, JSON.stringify(launch));
    execFileSync('go', ['build', '-gcflags=all=-N -l', '-o', 'dlvx-attachme', '.'], { cwd: made.folder });
    running = spawn(path.join(made.folder, 'dlvx-attachme'), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(running.stdout, 'data');
    return { ...made, line: 13 };
  },
}, async (wb) => {
  await wb.page.keyboard.press('F5');
  await wb.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'dlvx-attachme' }).first().click();
  await wb.toolbar.waitFor();
  await wb.pause();
  await wb.callStack.alone();
  const serve = await wb.callStack.thread(/netFD/);
  await wb.callStack.expand(serve);
  await wb.callStack.frame(/^main\.serve$/);
  await wb.continue();
  await wb.stop();
  if (running.exitCode !== null || running.signalCode !== null) throw new Error('the program has ended with the session');
});
