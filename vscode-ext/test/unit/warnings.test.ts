import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { Warnings } from '../../src/warnings';
import { fake } from './vscode';

const main = { func: 'main.main', file: '/src/main.go', line: 10 };
const worker = { func: 'main.worker[go.shape.int]', file: '/src/worker.go', line: 22 };
const parse = { func: 'main.parse', file: '/src/parse.go', line: 3 };
const segments = [{ goroutine: 5, frames: [worker] }, { goroutine: 1, frames: [main] }];

function warn(body: object): void {
  fake.customEvent.fire({ session: {}, event: 'dlvx/warning', body });
}

/** The problems, each in a line with its stack. */
function problems(): string[] {
  return [...fake.problems].flatMap(([file, list]) => list.map((p) => {
    const stack = p.relatedInformation.map((r) => `${r.message} ${r.location.uri.path}:${r.location.range.line + 1}`);
    return [`${file}:${p.range.line + 1} ${p.code}: ${p.message}`, ...stack].join(', ');
  }));
}

describe('Warnings', () => {
  let warnings: Warnings | undefined;
  afterEach(() => {
    warnings?.dispose();
    fake.problems.clear();
  });

  it('lists them with their stacks', () => {
    warnings = new Warnings();
    warn({ kind: 'pending', message: 'one', where: main, segments });
    warn({ kind: 'slow', message: 'two', where: parse, mid: [parse, worker], segments: [segments[0], { goroutine: 0, frames: [main] }] });
    assert.deepEqual(problems(), [
      '/src/main.go:10 pending: one, main.worker[...] /src/worker.go:22, created by goroutine 1: main.main /src/main.go:10',
      '/src/parse.go:3 slow: two, main.parse /src/parse.go:3, main.worker[...] /src/worker.go:22, created by: main.main /src/main.go:10',
    ]);
  });

  it('leaves out how tests are run, and files that there are not', () => {
    warnings = new Warnings();
    const run = { func: 'testing.tRunner', file: '/go/testing.go', line: 5 };
    const all = { func: 'main.main', file: '_testmain.go', line: 1 };
    warn({ kind: 'left', message: 'one', where: main, segments: [{ goroutine: 7, frames: [worker] }, { goroutine: 5, frames: [main, run, { ...all, func: 'x' }] }, { goroutine: 1, frames: [run, all] }] });
    assert.deepEqual(problems(), [
      '/src/main.go:10 left: one, main.worker[...] /src/worker.go:22, created by goroutine 5: main.main /src/main.go:10, testing.tRunner /go/testing.go:5',
    ]);
  });

  it('has one for what goes on, and several of a line', () => {
    warnings = new Warnings();
    warn({ kind: 'slow', message: 'for 1 s', where: main });
    warn({ kind: 'slow', message: 'for 10 s', where: main });
    warn({ kind: 'leak', message: 'lost', where: main });
    warn({ kind: 'leak', message: 'lost, too', where: main });
    assert.deepEqual(problems(), ['/src/main.go:10 slow: for 10 s', '/src/main.go:10 leak: lost', '/src/main.go:10 leak: lost, too']);
  });

  it('leaves out what is no problem', () => {
    warnings = new Warnings();
    for (const kind of ['dump', 'rest', 'summary']) warn({ kind, message: 'x', where: main });
    warn({ kind: 'leak', message: 'of no place' });
    fake.customEvent.fire({ session: {}, event: 'other', body: { kind: 'leak', message: 'x', where: main } });
    assert.deepEqual(problems(), []);
  });

  it('forgets them when the next program begins in debug mode', () => {
    warnings = new Warnings();
    warn({ kind: 'leak', message: 'lost', where: main });
    fake.begun.fire({ configuration: {} });
    assert.equal(problems().length, 1);
    fake.begun.fire({ configuration: { debugMode: true } });
    assert.deepEqual(problems(), []);
  });
});
