import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';

import { AdapterFactory } from '../../src/adapter';
import { Sessions } from '../../src/sessions';
import { DebugAdapterServer, fake } from './vscode';

// A dlvx that says its arguments, listens nowhere, and ends when it gets a
// signal, or by itself where it is told so.
const dir = mkdtempSync(join(tmpdir(), 'dlvx-adapter-'));
const dlvx = join(dir, 'dlvx');
writeFileSync(dlvx, `#!${process.execPath}
console.error('args ' + process.argv.slice(2).join(' '));
if (process.argv.includes('--broken')) process.exit(1);
console.log('DAP server listening at: 127.0.0.1:4711');
console.log('hello of the program');
setInterval(() => {}, 1000);
`);
chmodSync(dlvx, 0o755);
after(() => { rmSync(dir, { recursive: true }); });
afterEach(() => {
  fake.errors.length = 0;
  fake.settings = {};
});

/** A factory, what it logged, and a promise of the end of its dlvx. */
function setUp() {
  const lines: string[] = [];
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => { ended = resolve; });
  const add = (line: string) => {
    lines.push(line);
    if (line.startsWith('dlvx of ')) ended();
  };
  const log = { info: add, debug: () => undefined, error: () => undefined, show: () => undefined, trace: () => undefined } as never;
  const sessions = new Sessions(log);
  const installer = { dlvx: (path: string | undefined) => Promise.resolve(path ?? dlvx) } as never;
  const factory = new AdapterFactory(log, installer, sessions);
  const start = (configuration: Record<string, unknown>) => {
    const session = { id: 's', name: 'test', type: 'dlvx', configuration: { type: 'dlvx', name: 'test', request: 'launch', ...configuration } } as never;
    return { session, descriptor: factory.createDebugAdapterDescriptor(session) };
  };
  /** Kills the dlvx, by the process id that the factory keeps. */
  const kill = () => {
    for (const child of (factory as unknown as { running: Map<{ kill(signal: string): void }, string> }).running.keys()) child.kill('SIGKILL');
  };
  return { factory, lines, sessions, start, kill, end };
}

describe('AdapterFactory', () => {
  it('starts dlvx with the flags that configuration and settings ask for', async () => {
    fake.settings['dlvx.logOutput'] = 'dap';
    const { lines, start, kill, end } = setUp();
    const server = await start({ dlvFlags: ['--check-go-version=false'], logDest: '/tmp/x' }).descriptor;
    assert.ok(server instanceof DebugAdapterServer);
    assert.deepEqual([server.port, server.host], [4711, '127.0.0.1']);
    kill();
    await end;
    assert.ok(lines.includes('args dap --check-go-version=false --log --log-output=dap --log-dest=/tmp/x --listen=127.0.0.1:0'), lines.join('\n'));
  });

  it('says that dlvx was killed', async () => {
    const { start, kill, end } = setUp();
    await start({}).descriptor;
    kill();
    await end;
    assert.equal(fake.errors.length, 1);
    assert.match(fake.errors[0] ?? '', /^dlvx ended unexpectedly \(SIGKILL\); the debug session is over\. args dap/);
  });

  it('says nothing where the session was to end', async () => {
    const { sessions, start, kill, end } = setUp();
    const { session, descriptor } = start({});
    await descriptor;
    sessions.createDebugAdapterTracker(session).onWillReceiveMessage?.({ type: 'request', command: 'disconnect' });
    kill();
    await end;
    assert.deepEqual(fake.errors, []);
  });

  it('leaves none behind', async () => {
    const { factory, lines, sessions, start, end } = setUp();
    const { session, descriptor } = start({});
    await descriptor;
    sessions.createDebugAdapterTracker(session).onWillReceiveMessage?.({ type: 'request', command: 'disconnect' });
    await factory.end();
    await end;
    assert.ok(lines.includes('dlvx of test ended (SIGTERM)'), lines.join('\n'));
    await factory.end(); // nothing is left to be done
  });

  it('gives the reason why dlvx does not start', async () => {
    const { start } = setUp();
    await assert.rejects(async () => start({ dlvFlags: ['--broken'] }).descriptor, /args dap --broken .*\n\(.*exit code 1\) before it listened\)/);
    await assert.rejects(async () => start({ dlvFlags: '--broken' }).descriptor, /dlvFlags: has to be a list/);
  });

  it('connects to a server that runs already, and lets dlvx connect to a Delve elsewhere', async () => {
    const { lines, start, kill, end } = setUp();
    assert.deepEqual(await start({ port: 2345 }).descriptor, new DebugAdapterServer(2345, '127.0.0.1'));
    assert.deepEqual(lines, []);
    assert.deepEqual(await start({ request: 'attach', mode: 'remote', host: '10.0.0.7', port: 2345 }).descriptor, new DebugAdapterServer(4711, '127.0.0.1'));
    kill();
    await end;
  });
});
