import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Ask, Children, type Element, leads, page } from '../../src/elements';
import type { Goroutine, Node } from '../../src/protocol';

function goroutine(id: number): Goroutine {
  return { id, name: 'main.worker', function: 'main.worker', status: 'waiting' };
}

function node(id: number, more: Partial<Node>): Node {
  return { id, name: `main.f${id}`, function: '', alive: 0, total: 0, blocked: 0, states: {}, children: 0, ...more };
}

/** A dlvx with a tree: node 1 with 250 goroutines and the child 2, which has one; nodes 3 alike beside it. */
function dlvx(asked: string[]): Ask {
  const tree = new Map<number | undefined, Node[]>([
    [undefined, [node(1, { alive: 250, children: 1 }), node(3, { alive: 2 }), node(3, { alive: 0, children: 0 })]],
    [1, [node(2, { alive: 1, goroutine: goroutine(999) })]],
  ]);
  const goroutines = (n: number | undefined) => Array.from({ length: n === 1 ? 250 : 2 }, (_, i) => goroutine(i + 1));
  return ((command: string, { start = 0, count = 100, node: of, filter }: { start?: number; count?: number; node?: number; filter?: string }) => {
    asked.push(`${command} ${of ?? 'roots'} ${start}${filter === undefined ? '' : ` ${filter}`}`);
    if (command === 'dlvx/tree') {
      const nodes = tree.get(of) ?? [];
      return Promise.resolve({ nodes: nodes.slice(start, start + count), total: nodes.length });
    }
    const all = goroutines(of);
    return Promise.resolve({ goroutines: all.slice(start, start + count), total: all.length });
  });
}

function kinds(list: Element[]): string[] {
  return list.map((e) => e.kind);
}

describe('children in the Goroutines view', () => {
  it('asks for nothing before it is asked', async () => {
    const asked: string[] = [];
    const roots = Children.roots(dlvx(asked), '');
    assert.deepEqual(asked, []);
    const list = await roots.list();
    await roots.list();
    assert.deepEqual(asked, ['dlvx/tree roots 0']);
    assert.deepEqual(kinds(list), ['node', 'node', 'node']);
  });

  it('gives alike nodes keys of their own, the same at the next stop', async () => {
    const keys = (await Children.roots(dlvx([]), '').list()).map((e) => e.key);
    assert.equal(new Set(keys).size, 3);
    assert.deepEqual((await Children.roots(dlvx([]), '').list()).map((e) => e.key), keys);
  });

  it('folds goroutines where there are child nodes, and pages them', async () => {
    const asked: string[] = [];
    const [first] = await Children.roots(dlvx(asked), 'worker').list();
    assert.ok(first?.kind === 'node');
    const below = await first.children.list();
    assert.deepEqual(kinds(below), ['node', 'members']);
    const members = below[1];
    assert.ok(members?.kind === 'members' && members.count === 250);
    let list = await members.children.list();
    assert.equal(list.length, page + 1);
    const more = list.at(-1);
    assert.ok(more?.kind === 'more' && more.left === 150);
    await Promise.all([more.of.more(), more.of.more()]);
    list = await members.children.list();
    assert.equal(list.length, 2 * page + 1);
    await more.of.more();
    list = await members.children.list();
    assert.equal(list.length, 250);
    assert.deepEqual(kinds(list).filter((k) => k === 'more'), []);
    assert.deepEqual(asked, [
      'dlvx/tree roots 0 worker', 'dlvx/tree 1 0 worker',
      'dlvx/goroutines 1 0 worker', 'dlvx/goroutines 1 100 worker', 'dlvx/goroutines 1 200 worker',
    ]);
  });

  it('shows goroutines at once where there is nothing else', async () => {
    const [, second] = await Children.roots(dlvx([]), '').list();
    assert.ok(second?.kind === 'node');
    assert.deepEqual(kinds(await second.children.list()), ['goroutine', 'goroutine']);
  });

  it('shows nothing below a goroutine that stands for its node, and asks for nothing', async () => {
    const asked: string[] = [];
    const [first] = await Children.roots(dlvx(asked), '').list();
    assert.ok(first?.kind === 'node');
    const [only] = await first.children.list();
    assert.ok(only?.kind === 'node');
    const before = asked.length;
    assert.deepEqual(await only.children.list(), []);
    assert.equal(asked.length, before);
  });

  it('tells what only leads to a match, and gives that another key', async () => {
    const way = node(1, { total: 5, children: 1 });
    assert.deepEqual([leads(way, 'id:7'), leads(way, ''), leads({ ...way, alive: 1 }, 'id:7'), leads({ ...way, children: 11 }, 'id:7')], [true, false, false, false]);
    const ask = (() => Promise.resolve({ nodes: [way], total: 1 })) as unknown as Ask;
    const keys = await Promise.all(['', 'id:7'].map(async (f) => (await Children.roots(ask, f).list())[0]?.key));
    assert.notEqual(keys[0], keys[1]);
  });

  it('ends where there is no more, whatever the total says', async () => {
    const ask = (() => Promise.resolve({ nodes: [], total: 5 })) as unknown as Ask;
    assert.deepEqual(await Children.roots(ask, '').list(), []);
  });

  it('asks again after a failure', async () => {
    let calls = 0;
    const ask = (() => {
      calls++;
      return calls === 1 ? Promise.reject(new Error('the program is running')) : Promise.resolve({ nodes: [], total: 0 });
    }) as unknown as Ask;
    const roots = Children.roots(ask, '');
    await assert.rejects(roots.list(), /running/);
    assert.deepEqual(await roots.list(), []);
  });
});
