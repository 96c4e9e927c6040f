import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { GoroutinesView, goroutineOf } from '../../src/goroutines';
import type { Element } from '../../src/elements';
import { SiteLenses, showSite } from '../../src/codelens';
import { Session, Sessions } from '../../src/sessions';
import { debug, fake } from './vscode';

const log = { trace: () => undefined, debug: () => undefined, warn: () => undefined } as never;

interface Asked { command: string; args: unknown }

/** A debug session whose dlvx answers as given, and is made the active one. */
function start(answers: Record<string, unknown>, sessions = new Sessions(log)) {
  const asked: Asked[] = [];
  const session = {
    id: `s${Math.random()}`,
    name: 'test',
    type: 'dlvx',
    customRequest: (command: string, args: unknown) => {
      asked.push({ command, args });
      const answer = answers[command];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  debug.activeDebugSession = session;
  const tracker = fake.trackers.get('dlvx')?.createDebugAdapterTracker(session);
  assert.ok(tracker);
  return { sessions, session, asked, send: (m: unknown) => { tracker.onDidSendMessage(m); }, receive: (m: unknown) => { tracker.onWillReceiveMessage(m); } };
}

const hello = { type: 'response', command: 'initialize', success: true, body: { dlvx: { protocol: 1, version: 'v0.1.0' } } };
const stopped = { type: 'event', event: 'stopped', body: { reason: 'breakpoint' } };

afterEach(() => {
  debug.activeDebugSession = undefined;
  fake.trackers.clear();
  fake.view.message = undefined;
});

describe('Session', () => {
  function session(...messages: object[]): Session {
    const s = new Session({} as never);
    for (const m of messages) s.observe(m as never);
    return s;
  }

  it('follows the program', () => {
    const s = session(hello, { type: 'response', command: 'configurationDone', success: true });
    assert.match(s.mute ?? '', /running: pause it/);
    s.observe(stopped);
    assert.equal(s.mute, undefined);
    assert.equal(s.stops, 1);
    for (const command of ['continue', 'next', 'stepIn', 'stepOut', 'restart']) {
      s.observe(stopped);
      s.observe({ type: 'response', command, success: true });
      assert.equal(s.state, 'running', command);
    }
  });

  it('stays at the entry', () => {
    const s = session(hello, { type: 'event', event: 'stopped', body: { reason: 'entry' } }, { type: 'response', command: 'configurationDone', success: true });
    assert.equal(s.mute, undefined);
    assert.equal(s.stops, 1);
  });

  it('goes on after a restart that had to stop the program', () => {
    const s = session(hello, { type: 'response', command: 'restart', success: true }, stopped, { type: 'event', event: 'initialized' });
    assert.equal(s.state, 'starting');
    s.observe({ type: 'response', command: 'configurationDone', success: true });
    assert.equal(s.state, 'running');
  });

  it('stays where a step fails', () => {
    const s = session(hello, stopped, { type: 'response', command: 'next', success: false });
    assert.equal(s.state, 'stopped');
  });

  it('has nothing to say once the program has ended, until it is started anew', () => {
    const s = session(hello, stopped, { type: 'event', event: 'terminated' });
    assert.match(s.mute ?? '', /has ended/);
    assert.ok(s.leaving);
    s.observeClient({ type: 'request', command: 'initialize' });
    assert.match(s.mute ?? '', /being started/);
    assert.ok(!s.leaving);
  });

  it('knows that the program has moved, where no event says so', () => {
    const s = session(hello, stopped);
    let seq = 0;
    const evaluate = (expression: string, success = true) => {
      s.observeClient({ type: 'request', seq: ++seq, command: 'evaluate', arguments: { expression } });
      return s.observe({ type: 'response', request_seq: seq, command: 'evaluate', success });
    };
    assert.ok(evaluate('call f()'));
    assert.ok(evaluate('dlv target switch 4711'));
    assert.ok(!evaluate('callers'));
    assert.ok(!evaluate('dlv target list'));
    assert.ok(!evaluate('call g()', false));
    assert.equal(s.stops, 3);
    // Of a variable that was set by a call, and of settings of Delve's that changed.
    assert.ok(s.observe({ type: 'event', event: 'invalidated', body: { areas: ['all'] } }));
    assert.ok(!s.observe({ type: 'event', event: 'invalidated', body: { areas: ['threads', 'stacks'] } }));
    assert.ok(s.observe({ type: 'response', command: 'dlvx/tree', success: false, message: 'staleId' }));
    assert.ok(!s.observe({ type: 'response', command: 'dlvx/tree', success: false, message: 'noGoroutine' }));
    assert.equal(s.stops, 5);
    assert.equal(s.state, 'stopped');
  });

  it('takes the showing of another goroutine for no new stop', () => {
    const s = session(hello, stopped);
    assert.equal(s.observe({ type: 'event', event: 'stopped', body: { reason: 'goroutine' } }), false);
    assert.equal(s.stops, 1);
  });

  it('says that a debugger is no dlvx, or too old', () => {
    assert.match(session({ ...hello, body: {} }, stopped).mute ?? '', /no dlvx/);
    assert.match(session({ ...hello, body: { dlvx: { protocol: 0, version: 'v0.0.9' } } }, stopped).mute ?? '', /v0\.0\.9 is too old/);
  });
});

describe('the Goroutines view', () => {
  const tree = { nodes: [{ id: 1, name: 'main.main', function: 'main.main', alive: 1, total: 3, blocked: 0, states: { running: 1 }, children: 1, goroutine: { id: 1, name: 'main.main', function: 'main.main', status: 'running' } }], total: 1 };

  it('asks while the program stands, and drops all when it goes on', async () => {
    const { sessions, asked, send } = start({ 'dlvx/tree': tree });
    const view = new GoroutinesView(sessions, log);
    let changes = 0;
    view.onDidChangeTreeData(() => { changes++; });
    send(hello);
    assert.match(fake.view.message ?? '', /being started/);
    send({ type: 'response', command: 'configurationDone', success: true });
    assert.match(fake.view.message ?? '', /running: pause it/);
    assert.deepEqual(await view.getChildren(), []);
    assert.equal(asked.length, 0);
    send(stopped);
    assert.equal(fake.view.message, undefined);
    const [root] = await view.getChildren();
    assert.equal(goroutineOf(root)?.id, 1);
    assert.deepEqual(asked, [{ command: 'dlvx/tree', args: { start: 0, count: 100 } }]);
    const before = changes;
    send({ type: 'event', event: 'stopped', body: { reason: 'goroutine' } });
    assert.equal(changes, before);
    send({ type: 'response', command: 'continue', success: true });
    assert.equal(changes, before + 1);
    assert.deepEqual(await view.getChildren(), []);
    assert.equal(asked.length, 1);
  });

  it('reads the tree anew after a call in the Debug Console', async () => {
    const { sessions, asked, send, receive } = start({ 'dlvx/tree': tree });
    const view = new GoroutinesView(sessions, log);
    send(hello);
    send(stopped);
    await view.getChildren();
    let changes = 0;
    view.onDidChangeTreeData(() => { changes++; });
    receive({ type: 'request', seq: 9, command: 'evaluate', arguments: { expression: 'call main.f()', context: 'repl' } });
    assert.equal(changes, 0);
    send({ type: 'response', request_seq: 9, command: 'evaluate', success: true });
    assert.equal(changes, 1);
    await view.getChildren();
    assert.equal(asked.length, 2);
  });

  it('has items that say what they are', async () => {
    const { sessions, send } = start({ 'dlvx/tree': tree, 'dlvx/stack': { text: 'goroutine 1 [running]:' } });
    const view = new GoroutinesView(sessions, log);
    send(hello);
    send(stopped);
    const [root] = await view.getChildren();
    assert.ok(root);
    const item = view.getTreeItem(root);
    assert.equal(item.label, '[Go 1] main.main');
    assert.equal(item.description, 'running · 2 below');
    assert.equal(item.contextValue, 'goroutine');
    assert.equal(((await view.resolveTreeItem(item, root)).tooltip as unknown as { value: string }).value, 'goroutine 1 [running]:');
    const more: Element = { kind: 'more', key: 'k', left: 4712, of: {} as never };
    assert.equal(view.getTreeItem(more).label, '… 4,712 more');
  });

  it('filters, and says that nothing matches', async () => {
    const { sessions, asked, send } = start({ 'dlvx/tree': { nodes: [], total: 0 } });
    const view = new GoroutinesView(sessions, log);
    send(hello);
    send(stopped);
    view.setFilter(' state:select ');
    await view.getChildren();
    assert.deepEqual(asked.at(-1)?.args, { start: 0, count: 100, filter: 'state:select' });
    assert.equal(fake.view.description, 'state:select');
    assert.equal(fake.view.message, 'No goroutine matches state:select');
  });

  it('shows what dlvx has against a filter', async () => {
    const { sessions, send } = start({ 'dlvx/tree': new Error('reading the filter "wait:x": no duration') });
    const view = new GoroutinesView(sessions, log);
    send(hello);
    send(stopped);
    assert.deepEqual(await view.getChildren(), []);
    assert.match(fake.view.message ?? '', /no duration/);
  });

  it('has rows that can be spoken, and opens the way to what a filter finds', async () => {
    const node = { id: 1, name: 'main.worker', function: '', site: { source: { path: '/src/main.go' }, line: 3 }, alive: 0, total: 4, blocked: 4, states: {}, children: 1 };
    const { sessions, send } = start({ 'dlvx/tree': { nodes: [node, { ...node, alive: 3, states: { select: 3 } }], total: 2 } });
    const view = new GoroutinesView(sessions, log);
    send(hello);
    send(stopped);
    const items = async () => (await view.getChildren()).map((e) => view.getTreeItem(e));
    const [way, three] = await items();
    assert.ok(way && three);
    assert.equal(three.accessibilityInformation?.label, 'main.worker, 3 goroutines, select, main.go:3, 1 below');
    assert.deepEqual([way.collapsibleState, three.collapsibleState], [1, 1]);
    view.setFilter('id:7');
    assert.deepEqual((await items()).map((i) => i.collapsibleState), [2, 1]);
  });

  it('is empty where nothing is debugged', async () => {
    const view = new GoroutinesView(new Sessions(log), log);
    assert.deepEqual(await view.getChildren(), []);
    assert.equal(fake.view.message, undefined);
  });
});

describe('go statements', () => {
  const sites = { sites: [{ source: { path: '/src/main.go' }, line: 3, function: 'main.main', alive: 2, blocked: 1 }, { line: 99, function: 'x', alive: 1, blocked: 0 }] };
  const document = { uri: { fsPath: '/src/main.go' }, lineCount: 10 } as never;

  it('have a lens while the program stands', async () => {
    const { sessions, asked, send } = start({ 'dlvx/sites': sites });
    const lenses = new SiteLenses(sessions, log);
    send(hello);
    assert.deepEqual(await lenses.provideCodeLenses(document), []);
    send(stopped);
    const [lens, ...others] = await lenses.provideCodeLenses(document);
    assert.equal(others.length, 0); // line 99 is not in the document
    assert.equal(lens?.command?.title, '2 goroutines alive · 1 blocked');
    assert.deepEqual(asked, [{ command: 'dlvx/sites', args: { source: { path: '/src/main.go' } } }]);
  });

  it('have none where they are switched off', async () => {
    const { sessions, send } = start({ 'dlvx/sites': sites });
    send(hello);
    send(stopped);
    fake.settings['dlvx.codeLens'] = false;
    assert.deepEqual(await new SiteLenses(sessions, log).provideCodeLenses(document), []);
    delete fake.settings['dlvx.codeLens'];
  });

  it('list their goroutines, to go to one or to the view', async () => {
    const goroutine = { id: 7, name: 'main.worker', function: 'main.worker', status: 'running' };
    const { sessions, asked, send } = start({ 'dlvx/goroutines': { goroutines: [goroutine], total: 300 }, 'dlvx/focus': {} });
    send(hello);
    send(stopped);
    const filters: string[] = [];
    const show = () => showSite(sessions, '/src/main.go', 3, (f) => { filters.push(f); return Promise.resolve(); });
    fake.picked = (items: unknown[]) => items.at(-1);
    await show();
    assert.deepEqual(asked.at(-1), { command: 'dlvx/focus', args: { goroutine: 7 } });
    fake.picked = (items: unknown[]) => items[0];
    await show();
    assert.deepEqual(filters, ['site:"/src/main.go:3"']);
    assert.equal((fake.offered[0] as { description: string }).description, '299 more are not listed here');
  });
});
