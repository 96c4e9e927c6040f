import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findDlvx } from '../../src/binary';
import { machine } from './world';

describe('findDlvx', () => {
  it('takes what was asked for, or fails', async () => {
    const m = machine('linux', ['/opt/dlvx', '/home/me/bin/dlvx', '/usr/bin/dlvx'], { PATH: '/usr/bin' });
    assert.equal(await findDlvx('/opt/dlvx', m), '/opt/dlvx');
    assert.equal(await findDlvx('~/bin/dlvx', m), '/home/me/bin/dlvx');
    assert.equal(await findDlvx('dlvx', m), '/usr/bin/dlvx');
    await assert.rejects(findDlvx('/nowhere/dlvx', m), /there is no program \/nowhere\/dlvx/);
  });

  it('looks in PATH, then GOBIN, then GOPATH/bin', async () => {
    const all = ['/usr/bin/dlvx', '/gobin/dlvx', '/gp2/bin/dlvx', '/home/me/go/bin/dlvx'];
    const env = { PATH: '/bin:/usr/bin', GOBIN: '/gobin', GOPATH: '/gp1:/gp2' };
    assert.equal(await findDlvx(undefined, machine('linux', all, env)), '/usr/bin/dlvx');
    assert.equal(await findDlvx('', machine('linux', all.slice(1), env)), '/gobin/dlvx');
    assert.equal(await findDlvx(undefined, machine('linux', all.slice(2), env)), '/gp2/bin/dlvx');
    assert.equal(await findDlvx(undefined, machine('linux', all.slice(3), { PATH: '/bin' })), '/home/me/go/bin/dlvx');
    assert.equal(await findDlvx(undefined, machine('linux', [], env)), undefined);
  });

  it('asks go where its environment is set by go env -w', async () => {
    const m = machine('linux', ['/w/bin/dlvx'], {}, { GOPATH: '/w' });
    assert.equal(await findDlvx(undefined, m), '/w/bin/dlvx');
  });

  it('knows Windows', async () => {
    const m = machine('windows', ['C:\\tools\\dlvx.exe'], { Path: 'C:\\Windows;C:\\tools' });
    assert.equal(await findDlvx(undefined, m), 'C:\\tools\\dlvx.exe');
    assert.equal(await findDlvx('C:\\tools\\dlvx', m), 'C:\\tools\\dlvx.exe');
    assert.equal(await findDlvx('C:\\tools\\dlvx.exe', m), 'C:\\tools\\dlvx.exe');
    assert.equal(await findDlvx(undefined, machine('windows', ['C:\\Users\\me\\go\\bin\\dlvx.exe'])), 'C:\\Users\\me\\go\\bin\\dlvx.exe');
  });
});
