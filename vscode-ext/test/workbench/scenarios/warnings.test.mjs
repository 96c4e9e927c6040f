// Debug mode: what a program warns of is in the Debug Console and in the Problems
// panel, with places that can be clicked.

import fs from 'node:fs';
import path from 'node:path';

import { own } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';

const program = `package main

import (
	"bytes"
	"runtime"
)

func main() {
	start(make(chan int))
	buf := make([]byte, 1<<20)
	for !bytes.Contains(buf[:runtime.Stack(buf, true)], []byte("[chan receive]")) {
		runtime.Gosched()
	}
}

func start(c chan int) {
	go forgotten(c)
}

func forgotten(c chan int) {
	<-c
}
`;

scenario('what a program in debug mode warns of is a problem with its stack', {
  make: (home) => {
    const made = own(home, { 'main.go': program });
    const file = path.join(made.folder, '.vscode/launch.json');
    const launch = JSON.parse(fs.readFileSync(file, 'utf8'));
    launch.configurations[0].debugMode = true;
    fs.writeFileSync(file, JSON.stringify(launch));
    return made;
  },
}, async (wb) => {
  await wb.page.keyboard.press('F5');
  await wb.console.shows(/main\.forgotten \[chan receive\] can never be woken/);
  await wb.ended();
  await wb.page.keyboard.press('Control+Shift+M');
  const rows = wb.page.locator('.markers-panel .monaco-list-row');
  await rows.filter({ hasText: 'can never be woken' }).first().click();
  await wb.editor.atLine('main.go', 17);
  await wb.page.keyboard.press('ArrowRight');
  await rows.filter({ hasText: 'created by goroutine 1: main.start' }).first().waitFor();
  await rows.filter({ hasText: 'main.forgotten' }).nth(1).click();
  await wb.editor.atLine('main.go', 21);
});
