import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Goroutine, Node } from '../../src/protocol';
import {
  duration, goroutineDescription, goroutineLabel, icon, nodeDescription, nodeDetails, nodeIcon, nodeLabel, nodeOrigin, place, siteFilter, siteTitle, spoken,
} from '../../src/texts';

const worker: Goroutine = { id: 18, name: 'main.worker', function: 'main.worker', status: 'waiting', waitReason: 'chan receive', waitMs: 12_345 };
const workers: Node = {
  id: 1, name: 'main.worker', function: 'main.worker', site: { function: 'main.start', source: { name: 'main.go', path: '/src/main.go' }, line: 31 },
  alive: 4812, total: 4820, blocked: 4800, longestWaitMs: 12_000, states: { running: 12, 'chan receive': 4800 }, children: 1,
};

describe('texts', () => {
  it('durations, to two units', () => {
    const cases: [number, string][] = [[0, '0ms'], [350, '350ms'], [1000, '1s'], [12_345, '12s'], [60_000, '1m'], [270_000, '4m30s'], [7_500_000, '2h5m'], [3_600_000, '1h'], [273_600_000, '3d4h']];
    for (const [ms, text] of cases) assert.equal(duration(ms), text);
  });

  it('places, of either system', () => {
    assert.equal(place({ source: { path: '/src/main.go' }, line: 3 }), 'main.go:3');
    assert.equal(place({ source: { path: 'C:\\src\\main.go' }, line: 3 }), 'main.go:3');
    assert.equal(place(undefined), '');
  });

  it('a goroutine', () => {
    assert.equal(goroutineLabel(worker), '[Go 18] main.worker');
    assert.equal(goroutineDescription({ ...worker, labels: { tenant: 'acme' } }), 'chan receive 12s · tenant=acme');
    assert.equal(goroutineDescription({ id: 1, name: 'main.main', function: 'main.main', status: 'running' }), 'running');
  });

  it('a node of many', () => {
    assert.equal(nodeLabel(workers), 'main.worker ×4,812');
    assert.equal(nodeDescription(workers), '4,800 chan receive, 12 running, longest 12s · main.go:31 · 8 below');
    const many = { ...workers, states: { running: 2, 'chan receive': 4800, select: 9, sleep: 1 } };
    assert.equal(nodeDescription({ ...many, exited: 3 }), '4,800 chan receive, 9 select, 3 others, longest 12s · main.go:31 · 3 more exited · 8 below');
    assert.deepEqual(nodeDetails(workers), ['main.worker ×4,812', 'created by main.start main.go:31', '4,812 goroutines, 4,800 blocked', 'longest wait 12s', '4,800 chan receive', '12 running']);
  });

  it('a node of one, and of none', () => {
    assert.equal(nodeLabel({ ...workers, alive: 1, goroutine: worker }), '[Go 18] main.worker');
    assert.equal(nodeDescription({ ...workers, alive: 1, total: 1, goroutine: worker }), 'chan receive 12s · main.go:31');
    const gone = { ...workers, alive: 0, total: 3, blocked: 0, states: {} };
    assert.equal(nodeLabel(gone), 'main.worker');
    assert.equal(nodeDescription(gone), 'main.go:31 · exited · 3 below');
    assert.equal(nodeDescription({ ...gone, exited: 5 }), 'main.go:31 · 5 exited · 3 below');
    assert.equal(nodeDescription(gone, true), 'main.go:31 · 3 below');
    assert.deepEqual(nodeDetails(gone).slice(2, 3), ['all of them exited']);
  });

  it('a node that tells by which call its goroutines came to be', () => {
    const from = { function: 'main.Hash[go.shape.int]', source: { name: 'hash.go', path: '/src/hash.go' }, line: 7 };
    const called = { ...workers, total: 4812, states: { select: 4812 }, from };
    assert.equal(nodeDescription(called), 'select 12s · main.go:31 from hash.go:7');
    assert.deepEqual(nodeDetails(called).slice(1, 3), ['created by main.start main.go:31', 'called by main.Hash[...] hash.go:7']);
    assert.equal(nodeOrigin(called), called.site);
    const helped = { ...called, helper: true };
    assert.equal(nodeDescription(helped), 'select 12s · hash.go:7');
    assert.deepEqual(nodeDetails(helped).slice(1, 3), ['created by main.Hash[...] hash.go:7', 'through main.start main.go:31']);
    assert.equal(nodeOrigin(helped), from);
  });

  it('a row, spoken', () => {
    assert.equal(spoken(nodeLabel(workers), nodeDescription(workers)), 'main.worker, 4,812 goroutines, 4,800 chan receive, 12 running, longest 12s, main.go:31, 8 below');
    assert.equal(spoken(goroutineLabel(worker), ''), '[Go 18] main.worker');
  });

  it('a root that never was a goroutine', () => {
    const root: Node = { id: 1, root: 'runtime', name: 'Go runtime', function: '', alive: 0, total: 1, blocked: 0, states: {}, children: 1 };
    assert.equal(nodeDescription(root), '1 below');
    assert.deepEqual(nodeDetails(root), ['Go runtime']);
    assert.equal(nodeIcon(root), 'list-tree');
  });

  it('a node whose goroutines all do the same', () => {
    assert.equal(nodeDescription({ ...workers, total: 4812, states: { 'chan receive': 4812 } }), 'chan receive 12s · main.go:31');
  });

  it('a go statement', () => {
    assert.equal(siteTitle({ line: 1, alive: 3, blocked: 2, longestWaitMs: 61_000 }), '3 goroutines alive · 2 blocked · longest wait 1m1s');
    assert.equal(siteTitle({ line: 1, alive: 1, blocked: 0 }), '1 goroutine alive');
    assert.equal(siteFilter('C:\\a b\\main.go', 7), 'site:"C:\\a b\\main.go:7"');
  });

  it('pictures', () => {
    assert.equal(icon(worker), 'debug-pause');
    assert.equal(icon({ status: 'running' }), 'play');
    assert.equal(nodeIcon(workers), 'layers');
    assert.equal(nodeIcon({ ...workers, alive: 1, goroutine: worker }), 'debug-pause');
    assert.equal(nodeIcon({ ...workers, alive: 0 }), 'circle-slash');
    assert.equal(nodeIcon({ ...workers, alive: 0 }, true), 'list-tree');
    assert.equal(icon({ status: 'syscall' }), 'server-process');
    assert.equal(icon({ status: 'running', system: true }), 'gear');
  });
});
