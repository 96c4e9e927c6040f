// The Goroutines view, and what stands over the go statements, in a program of
// a thousand goroutines.

import assert from 'node:assert/strict';

import { launch, load, own } from '../harness/fixture.mjs';
import { scenario } from '../harness/scenario.mjs';
import { until } from '../harness/until.mjs';

const thousand = load('thousand');
const where = { folder: thousand.Dir, file: 'main.go', line: thousand.Markers['go-odd'].Line, launch: [launch(thousand)] };

async function paused(wb) {
  await wb.start();
  await wb.pauseWhenReady();
}

scenario('the Goroutines view is the spawn tree', where, async (wb) => {
  await paused(wb);
  await wb.goroutines.alone();
  const main = await wb.goroutines.row(/main\.main/);
  assert.match(main.description, /chan receive/);
  await wb.goroutines.expand(main);
  const odd = await wb.goroutines.row(/^main\.parkOdd ×500$/);
  assert.match(odd.description, /^chan receive/);
  await wb.goroutines.row(/^main\.parkEven ×500$/);

  await wb.goroutines.openSite(odd);
  await wb.editor.atLine('main.go', thousand.Markers['go-odd'].Line);

  await wb.goroutines.expand(odd);
  const one = await wb.goroutines.row(/^\[Go \d+\] main\.parkOdd$/);
  await wb.goroutines.click(one);
  await wb.callStack.alone();
  const [id] = /\[Go \d+\]/.exec(one.label);
  const thread = await wb.callStack.row(`the stack of ${id}`, (r) => r.kind === 'thread' && r.name.includes(id) && r.expanded);
  assert.equal(thread.level, 1);
  await wb.callStack.frame(/^main\.parkOdd$/);
});

scenario('the Goroutines view can be filtered', where, async (wb) => {
  await paused(wb);
  await wb.goroutines.alone();
  await wb.goroutines.row(/main\.main/);
  await wb.goroutines.filter('func:main.parkEven');
  await wb.goroutines.expand(await wb.goroutines.row(/main\.main/));
  await wb.goroutines.row(/^main\.parkEven ×500$/);
  await until('the others to go', async () => (await wb.goroutines.rows()).every((r) => !/parkOdd/.test(r.label)));
  await wb.goroutines.filter('func:nobody');
  await wb.goroutines.message(/No goroutine matches func:nobody/).waitFor();
});

scenario('over each go statement stands what became of its goroutines', where, async (wb) => {
  await paused(wb);
  await wb.callStack.alone();
  await wb.editor.show('main.go');
  await wb.editor.pickFromCodeLens(/500 goroutines/, /\[Go \d+\] main\.park/);
  await until('a goroutine of main.start to be shown', async () => (await wb.callStack.rows())
    .some((r) => r.kind === 'frame' && /^main\.park(Odd|Even)$/.test(r.name)));

  await wb.continue();
  await until('the lenses to go', async () => await wb.editor.codeLens(/goroutines/).count() === 0);
});

// The go statement is in package sync. Main sleeps, or it were a deadlock.
const helped = `package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var begun sync.WaitGroup
	begun.Add(3)
	go start(&begun, make(chan int))
	begun.Wait()
	fmt.Println("ready")
	time.Sleep(time.Hour)
}

func start(begun *sync.WaitGroup, park chan int) {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			begun.Done()
			<-park
		})
	}
	wg.Wait()
}
`;

scenario('what WaitGroup.Go has started is called by what it was given, at the call of it', {
  make: (home) => ({ ...own(home, { 'main.go': helped }), line: 21 }),
}, async (wb) => {
  await paused(wb);
  await wb.goroutines.alone();
  await wb.goroutines.row(/main\.start$/);
  // What leads to a match is open.
  await wb.goroutines.filter('func:main.start.func1');
  const three = await wb.goroutines.row(/^main\.start\.func1 ×3$/);
  assert.match(three.description, /main\.go:21$/);
  assert.match(await wb.goroutines.spoken(three), /^main\.start\.func1, 3 goroutines, .*main\.go:21/);
  await wb.goroutines.openSite(three);
  await wb.editor.atLine('main.go', 21);
  await wb.editor.codeLens(/3 goroutines alive/).first().waitFor();
});

// A call runs the program, and no event says so.
const calls = `package main

func main() {
	park := make(chan int)
	more(park)
	<-park
}

func more(park chan int) int {
	go wait(park)
	return 1
}

func wait(park chan int) {
	<-park
}
`;

scenario('the Goroutines view follows a call in the Debug Console', {
  make: (home) => ({ ...own(home, { 'main.go': calls }), line: 6 }),
}, async (wb) => {
  await wb.runTo(6);
  await wb.goroutines.alone();
  await wb.goroutines.expand(await wb.goroutines.row(/main\.main$/));
  await wb.console.evaluate('call more(park)');
  // The runtime runs what is called.
  await wb.goroutines.expand(await wb.goroutines.row(/^Go runtime$/));
  await wb.goroutines.expand(await wb.goroutines.row(/main\.main$/));
  await until('the two that wait', async () => (await wb.goroutines.rows()).filter((r) => r.level === 2).length === 2);
});
