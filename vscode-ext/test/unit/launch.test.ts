import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Config, resolve } from '../../src/launch';
import { world } from './world';

function launch(more: Record<string, unknown>): Config {
  return { type: 'dlvx', name: 'test', request: 'launch', ...more };
}

function attach(more: Record<string, unknown>): Config {
  return { type: 'dlvx', name: 'test', request: 'attach', ...more };
}

const files = {
  '/ws/go.mod': '',
  '/ws/cmd/server/main.go': '',
  '/ws/queue/queue.go': '',
  '/ws/queue/queue_test.go': '',
  '/ws/onlytests/x_test.go': '',
  '/ws/docs/readme.md': '',
  '/ws/bin/server': '',
  '/ws/core.1': '',
  '/ws/.env': 'A=file\nB=file',
  '/elsewhere/main.go': '',
};
const w = world('linux', '/ws', files);

describe('resolve a launch', () => {
  it('builds in the package folder', () => {
    const c = resolve(launch({ mode: 'debug', program: 'cmd/server' }), w);
    assert.equal(c.dlvCwd, '/ws/cmd/server');
    assert.equal(c.program, '.');
    assert.equal(c.cwd, '/ws/cmd/server');
    assert.equal(c.outputMode, 'remote');
  });

  it('debugs a file as a file, and its tests as those of its package', () => {
    assert.equal(resolve(launch({ program: '/ws/cmd/server/main.go' }), w).program, './main.go');
    const c = resolve(launch({ mode: 'test', program: '/ws/queue/queue_test.go' }), w);
    assert.equal(c.program, '.');
    assert.equal(c.dlvCwd, '/ws/queue');
    assert.equal(c.cwd, undefined);
  });

  it('leaves the folder to build in to the user', () => {
    const c = resolve(launch({ program: 'cmd/server', dlvCwd: '/ws', cwd: 'docs' }), w);
    assert.equal(c.dlvCwd, '/ws');
    assert.equal(c.program, '/ws/cmd/server');
    assert.equal(c.cwd, '/ws/docs');
  });

  it('leaves import paths to go', () => {
    const c = resolve(launch({ program: 'example.com/x/cmd/y' }), w);
    assert.equal(c.program, 'example.com/x/cmd/y');
    assert.equal(c.dlvCwd, '/ws');
  });

  it('knows Windows paths', () => {
    const win = world('windows', 'C:\\ws', { 'C:\\ws\\go.mod': '', 'C:\\ws\\cmd\\a b\\main.go': '', 'C:\\Users\\me\\core': '', 'C:\\ws\\a.exe': '' });
    const dir = resolve(launch({ program: 'cmd/a b' }), win);
    assert.equal(dir.dlvCwd, 'C:\\ws\\cmd\\a b');
    assert.equal(dir.program, '.');
    const file = resolve(launch({ program: 'c:/ws/cmd/a b/main.go'.replace('c:', 'C:') }), win);
    assert.equal(file.program, '.\\main.go');
    const core = resolve(launch({ mode: 'core', program: 'a.exe', coreFilePath: '~\\core' }), win);
    assert.equal(core.program, 'C:\\ws\\a.exe');
    assert.equal(core.coreFilePath, 'C:\\Users\\me\\core');
  });

  it('runs binaries in the workspace folder', () => {
    const c = resolve(launch({ mode: 'exec', program: 'bin/server' }), w);
    assert.equal(c.program, '/ws/bin/server');
    assert.equal(c.cwd, '/ws');
  });

  it('takes empty paths for none', () => {
    const c = resolve(launch({ program: 'cmd/server', cwd: '', output: '', dlvCwd: '' }), w);
    assert.equal(c.cwd, '/ws/cmd/server');
    assert.ok(!('output' in c));
  });

  it('merges the environment: env over envFile over the settings', () => {
    const tools = world('linux', '/ws', files, { toolsEnv: { A: 'tools', T: 'tools' } });
    const c = resolve(launch({ program: 'cmd/server', envFile: '.env', env: { B: 'launch', N: null, P: 8080 } }), tools);
    assert.deepEqual(c.env, { A: 'file', B: 'launch', N: null, P: '8080', T: 'tools' });
    assert.ok(!('envFile' in c));
  });

  it('replaces variables in the settings, as the Go extension does', () => {
    const toolsEnv = { W: '${workspaceFolder}/x:${workspaceFolder}/y', B: '${workspaceFolderBasename}', H: '~/h', U: '${userHome}', P: '${env:PATH}:${env:NO}', K: '${unknown}', N: null, F: 7 };
    const c = resolve(launch({ program: 'cmd/server' }), world('linux', '/ws', files, { env: { PATH: '/bin' }, toolsEnv }));
    assert.deepEqual(c.env, { W: '/ws/x:/ws/y', B: 'ws', H: '/home/me/h', U: '/home/me', P: '/bin:', K: '${unknown}', N: null, F: '7' });
  });

  it('takes an env of null for none, and unsets what is null in it', () => {
    assert.deepEqual(resolve(launch({ program: 'cmd/server', env: null, envFile: null }), w).env, {});
    const off = world('linux', '/ws', files, { env: { GO111MODULE: 'off' } });
    assert.throws(() => resolve(launch({ program: '/elsewhere', env: { GO111MODULE: null } }), off), /no go.mod/);
  });

  it('splits arguments given as one string', () => {
    assert.deepEqual(resolve(launch({ program: 'cmd/server', args: '-port 80 "a b"' }), w).args, ['-port', '80', 'a b']);
  });

  it('leaves the output to a terminal, and to files', () => {
    assert.equal(resolve(launch({ program: 'cmd/server', console: 'integratedTerminal' }), w).outputMode, undefined);
    assert.equal(resolve(launch({ program: 'cmd/server', stdoutTo: 'out.txt' }), w).outputMode, undefined);
    assert.equal(resolve(launch({ program: 'cmd/server', outputMode: 'local' }), w).outputMode, 'local');
  });

  it('does not look at the files of another machine', () => {
    assert.throws(() => resolve(launch({ program: '/far/away', port: 'x' }), w), /^Error: port: "x" is no port number$/);
    const c = resolve(launch({ program: '/far/away', port: 4711 }), w);
    assert.equal(c.program, '/far/away');
  });

  const broken: [string, Record<string, unknown>, RegExp][] = [
    ['no program', {}, /^program: is missing; mode debug needs it$/],
    ['a program that is not there', { program: 'cmd/nothing' }, /^program: there is no \/ws\/cmd\/nothing$/],
    ['a program that is a number', { program: 7 }, /^program: 7 is no text$/],
    ['a binary to build', { program: 'bin/server' }, /is no Go file.*use mode exec/],
    ['a package to run', { mode: 'exec', program: 'cmd/server' }, /is a folder.*use mode debug/],
    ['an unknown mode', { mode: 'debugg', program: '.' }, /^mode: "debugg" is none of debug, test,/],
    ['a folder without Go', { program: 'docs' }, /^program: \/ws\/docs has no Go files/],
    ['a folder with only tests', { program: 'onlytests' }, /only test files; use mode test/],
    ['a folder without tests', { mode: 'test', program: 'cmd/server' }, /has no _test.go files/],
    ['no module', { program: '/elsewhere' }, /no go.mod in \/elsewhere or above it. Make one with: go mod init/],
    ['a core without a path', { mode: 'core', program: 'bin/server' }, /^coreFilePath: is missing/],
    ['a core that is not there', { mode: 'core', program: 'bin/server', coreFilePath: 'core.2' }, /^coreFilePath: there is no \/ws\/core.2$/],
    ['a replay of nothing', { mode: 'replay' }, /^traceDirPath: is missing/],
    ['an unknown console', { program: 'cmd/server', console: 'terminal' }, /^console: "terminal" is none of internalConsole/],
    ['root without a terminal', { program: 'cmd/server', asRoot: true }, /^asRoot: needs/],
    ['an envFile that is not there', { program: 'cmd/server', envFile: 'x.env' }, /^envFile: \/ws\/x.env cannot be read: ENOENT/],
    ['an envFile of the wrong type', { program: 'cmd/server', envFile: 7 }, /^envFile: has to be/],
    ['a list of envFiles of the wrong type', { program: 'cmd/server', envFile: [7] }, /^envFile: has to be/],
    ['an env of the wrong type', { program: 'cmd/server', env: 'A=B' }, /^env: has to be an object/],
    ['an env that is a list', { program: 'cmd/server', env: ['A=B'] }, /^env: has to be an object/],
    ['a variable that is an object', { program: 'cmd/server', env: { A: {} } }, /^env: A is {}; it has to be a text/],
    ['a quote without its end', { program: 'cmd/server', args: 'a "b' }, /^args: a quote/],
  ];
  for (const [what, attributes, says] of broken) {
    it(`says what is wrong with ${what}`, () => {
      assert.throws(() => resolve(launch(attributes), w), (err: Error) => says.test(err.message) || assert.fail(err.message));
    });
  }

  it('says that there is no Go, and no folder', () => {
    assert.throws(() => resolve(launch({ program: 'cmd/server' }), { ...w, hasGo: false }), /no go in PATH.*Install it/);
    assert.throws(() => resolve(launch({ program: 'cmd/server' }), { ...w, folder: undefined }), /no folder is open/);
  });

  it('builds without a module where modules are off', () => {
    assert.equal(resolve(launch({ program: '/elsewhere', env: { GO111MODULE: 'off' } }), w).dlvCwd, '/elsewhere');
  });
});

describe('resolve an attach', () => {
  it('makes a number of the process id', () => {
    assert.equal(resolve(attach({ processId: '42' }), w).processId, 42);
    assert.throws(() => resolve(attach({ processId: 'x y' }), w), /^Error: processId: "x y" is no process id$/);
  });

  it('waits for a process instead', () => {
    assert.ok(!('processId' in resolve(attach({ waitFor: 'server', processId: 0 }), w)));
  });

  it('checks where a server is', () => {
    assert.equal(resolve(attach({ mode: 'remote', port: 2345 }), w).port, 2345);
    assert.throws(() => resolve(attach({ mode: 'remote' }), w), /^Error: port: is missing/);
    assert.throws(() => resolve(attach({ mode: 'remote', port: '2345x' }), w), /^Error: port: "2345x" is no port number$/);
    assert.throws(() => resolve(attach({ mode: 'near' }), w), /^Error: mode: "near" is none of local, remote$/);
  });

  it("takes the Go extension's remotePath for a rule", () => {
    const c = resolve(attach({ mode: 'remote', port: 1, remotePath: '/src' }), w);
    assert.deepEqual(c.substitutePath, [{ from: '/ws', to: '/src' }]);
  });
});
