import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { describe, it } from 'node:test';

import { Rendezvous } from '../../src/rendezvous';

const never = new Promise<never>(() => undefined);

async function dial(address: string): Promise<Socket> {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function meeting() {
  let gone: () => void = () => undefined;
  const r = await Rendezvous.open();
  const dlvx = await dial(r.clientAddr);
  const left = new Promise<void>((resolve) => { gone = resolve; });
  const { host, port } = await r.meet(never, () => { gone(); });
  const client = await dial(`${host}:${port}`);
  return { dlvx, client, left };
}

describe('Rendezvous', () => {
  it('joins the two, byte by byte, in both directions', async () => {
    const { dlvx, client } = await meeting();
    dlvx.write('from dlvx');
    assert.equal(String(await once(client, 'data')), 'from dlvx');
    client.write('from client');
    assert.equal(String(await once(dlvx, 'data')), 'from client');
    client.end();
    await once(dlvx, 'end');
    dlvx.destroy();
  });

  it('lets what dlvx says before the client comes wait', async () => {
    const r = await Rendezvous.open();
    const dlvx = await dial(r.clientAddr);
    dlvx.write('early');
    const { host, port } = await r.meet(never, () => undefined);
    const client = await dial(`${host}:${port}`);
    assert.equal(String(await once(client, 'data')), 'early');
    client.destroy();
    await once(dlvx, 'close');
  });

  it('ends the client where dlvx is killed, and says so', async () => {
    const { dlvx, client, left } = await meeting();
    client.on('error', () => undefined);
    dlvx.resetAndDestroy();
    await once(client, 'close');
    await left;
  });

  it('survives that dlvx is killed before the client comes', async () => {
    const r = await Rendezvous.open();
    const dlvx = await dial(r.clientAddr);
    const { host, port } = await r.meet(never, () => undefined);
    dlvx.resetAndDestroy();
    // Until the end is seen it can be connected to.
    const client = connect(port, host);
    client.on('error', () => undefined);
    await once(client, 'close');
  });

  it('gives up when told to', async () => {
    const r = await Rendezvous.open();
    const { clientAddr } = r;
    await assert.rejects(r.meet(Promise.reject(new Error('it ended')), () => undefined), /it ended/);
    await assert.rejects(dial(clientAddr), /ECONNREFUSED/);
  });
});
