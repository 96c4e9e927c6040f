import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { startServer } from '../../src/server';

const nowhere = { started: () => undefined, stdout: () => undefined, stderr: () => undefined };

function node(script: string) {
  return { path: process.execPath, args: ['-e', script] };
}

describe('startServer', () => {
  it('reads the address', async () => {
    const server = await startServer(node('console.log("DAP server listening at: 127.0.0.1:4711"); setTimeout(() => {}, 1e6)'), nowhere);
    server.process.kill();
    assert.equal(server.host, '127.0.0.1');
    assert.equal(server.port, 4711);
  });

  it('says what the program said before it ended', async () => {
    await assert.rejects(startServer(node('console.error("no such flag"); process.exit(3)'), nowhere), /^Error: no such flag\n\(.* ended \(exit code 3\) before it listened\)$/);
  });

  it('says that there is no such program', async () => {
    await assert.rejects(startServer({ path: '/nowhere/dlvx', args: [] }, nowhere), /\/nowhere\/dlvx cannot be started: .*ENOENT/);
  });
});
