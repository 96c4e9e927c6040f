import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';

import { endProcess } from '../../src/ending';

const hang = 60_000; // ms: longer than any process that ends takes

describe('endProcess', () => {
  it('asks first', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("here")']);
    await once(child.stdout, 'data');
    await endProcess(child, hang);
    assert.equal(child.signalCode, 'SIGTERM');
    await endProcess(child, hang); // has nothing to do
  });

  it('kills what does not want to end', async () => {
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("here")']);
    await once(child.stdout, 'data');
    await endProcess(child, 1);
    assert.equal(child.signalCode, 'SIGKILL');
  });

  it('takes what never began for ended', async () => {
    const child = spawn('/nowhere/program');
    child.on('error', () => undefined);
    await endProcess(child, hang);
  });
});
