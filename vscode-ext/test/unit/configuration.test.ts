import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';

import { ConfigurationProvider } from '../../src/configuration';
import { GoDebugging } from '../../src/goextension';
import { fake, window, workspace } from './vscode';

const dir = mkdtempSync(join(tmpdir(), 'dlvx-configuration-'));
writeFileSync(join(dir, 'go.mod'), 'module example.com/m');
writeFileSync(join(dir, 'm.go'), 'package main');
writeFileSync(join(dir, 'm_test.go'), 'package main');
after(() => { rmSync(dir, { recursive: true }); });

const provider = new ConfigurationProvider();

function open(file: string | undefined, text = '', line = 0, languageId = 'go'): void {
  window.activeTextEditor = file === undefined ? undefined : {
    document: { fileName: join(dir, file), languageId, getText: () => text },
    selection: { active: { line } },
  };
}

/** Tries a configuration that cannot be completed, which is said in a dialog. */
async function refused(config: object, says: RegExp): Promise<void> {
  fake.errors.length = 0;
  assert.equal(await provider.resolveDebugConfiguration(undefined, config), undefined);
  assert.match(fake.errors.join('\n'), says);
}

afterEach(() => {
  open(undefined);
  workspace.workspaceFolders = undefined;
  fake.picked = undefined;
  fake.answer = undefined;
  fake.updates.length = 0;
  fake.infos.length = 0;
  fake.warnings.length = 0;
  fake.scopes = { globalValue: undefined, workspaceValue: undefined };
});

describe('F5 without a launch.json', () => {
  it('debugs the open package', async () => {
    open('m.go');
    const c = await provider.resolveDebugConfiguration(undefined, {});
    assert.ok(c);
    assert.deepEqual(c, { name: 'Debug package', type: 'dlvx', request: 'launch', mode: 'debug', program: dir });
    const resolved = provider.resolveDebugConfigurationWithSubstitutedVariables(undefined, c);
    assert.equal(resolved.dlvCwd, dir);
  });

  it('debugs the test under the cursor, or all', async () => {
    open('m_test.go', 'package m\nfunc TestA(t *testing.T) {\n}\n', 1);
    assert.deepEqual((await provider.resolveDebugConfiguration(undefined, {}))?.args, ['-test.run', '^TestA$']);
    open('m_test.go', 'package m\n');
    const all = await provider.resolveDebugConfiguration(undefined, {});
    assert.equal(all?.mode, 'test');
    assert.equal(all.args, undefined);
  });

  it('only runs it where that is asked for', async () => {
    open('m.go');
    assert.equal((await provider.resolveDebugConfiguration(undefined, { noDebug: true }))?.noDebug, true);
  });

  it('leaves an entry of a launch.json without a request as it is', async () => {
    open('m.go');
    const entry = { type: 'dlvx', name: 'x', program: '/p' };
    assert.deepEqual(await provider.resolveDebugConfiguration(undefined, { ...entry }), entry);
  });

  it('says what to do where no Go file is open', async () => {
    await refused({}, /Open a Go file/);
    open('readme.md', '', 0, 'markdown');
    await refused({}, /Open a Go file/);
  });
});

describe('mode auto', () => {
  const auto = { type: 'dlvx', name: 'x', request: 'launch', mode: 'auto', program: '${fileDirname}' };
  it('goes by the open file, or the one that is named', async () => {
    open('m_test.go');
    assert.equal((await provider.resolveDebugConfiguration(undefined, { ...auto }))?.mode, 'test');
    assert.equal((await provider.resolveDebugConfiguration(undefined, { ...auto, program: 'm.go' }))?.mode, 'debug');
    open(undefined);
    assert.equal((await provider.resolveDebugConfiguration(undefined, { ...auto }))?.mode, 'debug');
  });
});

describe('attach', () => {
  const attach = { type: 'dlvx', name: 'x', request: 'attach' };
  it('asks for a process', async () => {
    fake.picked = (items: { process: { pid: number } }[]) => items.find((i) => i.process.pid === process.ppid);
    for (const processId of [undefined, 0, 'ask', '']) {
      const c = await provider.resolveDebugConfiguration(undefined, { ...attach, processId });
      // Where Go programs run the parent, which is npm or node, is not among them.
      assert.ok(fake.offered.length > 0);
      assert.ok(c === undefined || c.processId === process.ppid);
    }
  });

  it('does nothing where none is picked', async () => {
    assert.equal(await provider.resolveDebugConfiguration(undefined, { ...attach }), undefined);
  });

  it('leaves ids and variables as they are, and says that there is no such name', async () => {
    assert.equal((await provider.resolveDebugConfiguration(undefined, { ...attach, processId: 42 }))?.processId, 42);
    assert.equal((await provider.resolveDebugConfiguration(undefined, { ...attach, processId: '${command:pickGoProcess}' }))?.processId, '${command:pickGoProcess}');
    await refused({ ...attach, processId: 'no such program' }, /no process is called no such program/);
  });
});

describe('all Go debugging', () => {
  function memento() {
    const values = new Map<string, unknown>();
    return {
      keys: () => [...values.keys()],
      get: (key: string) => values.get(key),
      update: (key: string, value: unknown) => { values.set(key, value); return Promise.resolve(); },
      setKeysForSync: () => undefined,
    } as never;
  }

  function debugging(): GoDebugging {
    return new GoDebugging({ globalState: memento(), workspaceState: memento() });
  }

  it('sets the setting, and keeps other tools', async () => {
    fake.scopes = { globalValue: { gopls: '/gopls' }, workspaceValue: undefined };
    const go = debugging();
    await go.use('/bin/dlvx');
    assert.deepEqual(fake.updates, [['alternateTools', { gopls: '/gopls', dlv: '/bin/dlvx' }, 1]]);
    assert.match(fake.infos.at(-1) ?? '', /now run \/bin\/dlvx/);
    await go.stopUsing();
    assert.deepEqual(fake.scopes.globalValue, { gopls: '/gopls' });
  });

  it('asks which settings', async () => {
    workspace.workspaceFolders = [{ uri: { fsPath: dir } }];
    fake.picked = (items: { label: string }[]) => items.find((i) => i.label === 'Workspace');
    await debugging().use('/dlvx');
    assert.deepEqual(fake.updates, [['alternateTools', { dlv: '/dlvx' }, 2]]);
    fake.picked = undefined;
    await debugging().use('/dlvx');
    assert.equal(fake.updates.length, 1);
  });

  it('is undone where it was set', async () => {
    fake.scopes = { globalValue: undefined, workspaceValue: { dlv: '/bin/dlvx' } };
    await debugging().stopUsing();
    assert.deepEqual(fake.updates, [['alternateTools', undefined, 2]]);
    await debugging().stopUsing();
    assert.match(fake.infos.at(-1) ?? '', /has no dlv/);
  });

  it("asks before it replaces the user's own, and brings that back", async () => {
    fake.scopes = { globalValue: { dlv: '/my/dlv' }, workspaceValue: undefined };
    const go = debugging();
    await go.use('/opt/dlvx-1');
    assert.deepEqual(fake.updates, []);
    assert.match(fake.warnings.at(-1) ?? '', /already has \/my\/dlv/);
    fake.answer = 'Replace';
    await go.use('/opt/dlvx-1');
    assert.deepEqual(fake.scopes.globalValue, { dlv: '/opt/dlvx-1' });
    // Another dlvx takes the place of the first, and nobody is asked.
    fake.answer = undefined;
    await go.use('/opt/dlvx-2');
    assert.deepEqual(fake.scopes.globalValue, { dlv: '/opt/dlvx-2' });
    await go.stopUsing();
    assert.deepEqual(fake.scopes.globalValue, { dlv: '/my/dlv' });
    assert.match(fake.infos.at(-1) ?? '', /run \/my\/dlv again/);
  });

  it('leaves alone what somebody else has set', async () => {
    const go = debugging();
    await go.use('/opt/dlvx-1');
    fake.scopes.globalValue = { dlv: '/my/dlv' };
    await go.stopUsing();
    assert.deepEqual(fake.scopes.globalValue, { dlv: '/my/dlv' });
    assert.match(fake.infos.at(-1) ?? '', /\/my\/dlv .* is no dlvx: it stays/);
  });

  it('says that other settings win', async () => {
    fake.scopes = { globalValue: undefined, workspaceValue: { dlv: '/ws/dlv' } };
    await debugging().use('/bin/dlvx');
    assert.match(fake.warnings.at(-1) ?? '', /say \/ws\/dlv, and win/);
  });
});
