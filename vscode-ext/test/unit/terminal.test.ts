import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { runIntegrated } from '../../src/terminal';
import { TaskScope, fake, workspace } from './vscode';

const command = { name: 'Server', path: '/dlvx', args: ['dap'], cwd: '/b' };
const a = { uri: { fsPath: '/a' } };
const b = { uri: { fsPath: '/b' } };

afterEach(() => {
  workspace.workspaceFolders = undefined;
  fake.tasks.length = 0;
});

describe('the integrated terminal', () => {
  it("is one of the configuration's folder", async () => {
    workspace.workspaceFolders = [a, b];
    await runIntegrated(command, b as never);
    assert.equal(fake.tasks[0]?.scope, b);
    const { process, args, options } = fake.tasks[0].execution;
    assert.deepEqual([process, args, options], ['/dlvx', ['dap'], { cwd: '/b' }]);
  });

  it('is one of the first folder where the configuration has none, and of nobody where no folder is open', async () => {
    workspace.workspaceFolders = [a, b];
    await runIntegrated(command, undefined);
    workspace.workspaceFolders = undefined;
    await runIntegrated(command, undefined);
    assert.deepEqual(fake.tasks.map((t) => t.scope), [a, TaskScope.Global]);
  });
});
