// What the views say of goroutines: plain texts, made of the answers of dlvx.

import type { Goroutine, Node, Place, Site } from './protocol';

/** 4812 as "4,812". */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** "1 goroutine", "2 goroutines". */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A time as Go writes it, to its two greatest units: "350ms", "12s", "4m30s", "2h5m", "3d4h". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const s = Math.floor(ms / 1000);
  const units: [number, string][] = [[86_400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
  const at = units.findIndex(([size]) => s >= size);
  const [[size, unit], next] = [units[at] ?? [1, 's'], units[at + 1]];
  const rest = next && Math.floor((s % size) / next[0]);
  return `${Math.floor(s / size)}${unit}${rest ? `${rest}${next[1]}` : ''}`;
}

/** "main.go:31". */
export function place(p: Place | undefined): string {
  const name = p?.source?.name ?? p?.source?.path?.replace(/^.*[/\\]/, '');
  if (name === undefined) return '';
  return p?.line === undefined ? name : `${name}:${p.line}`;
}

/** "chan receive 12s". */
export function state(g: Goroutine): string {
  const word = g.waitReason ?? g.status;
  return g.waitMs === undefined ? word : `${word} ${duration(g.waitMs)}`;
}

function join(...parts: (string | undefined)[]): string {
  return parts.filter((p) => p !== undefined && p !== '').join(' · ');
}

function labels(g: Goroutine): string {
  return Object.entries(g.labels ?? {}).map(([k, v]) => `${k}=${v}`).join(' ');
}

/** "[Go 18] main.worker". */
export function goroutineLabel(g: Goroutine): string {
  return `[Go ${g.id}] ${g.name}`;
}

/** "chan receive 12s · tenant=acme". */
export function goroutineDescription(g: Goroutine): string {
  return join(state(g), labels(g), g.system === true ? 'system' : undefined);
}

/** "main.worker ×4,812", or "[Go 18] main.worker" where only one lives: what they were started with, not where they stand. */
export function nodeLabel(n: Node): string {
  if (n.goroutine !== undefined) return `[Go ${n.goroutine.id}] ${n.name}`;
  return n.alive > 1 ? `${n.name} ×${count(n.alive)}` : n.name;
}

/**
 * What the goroutines of a node do, where they were made, and what lives below
 * them. Under a filter none may be left because none matches.
 */
export function nodeDescription(n: Node, filtered = false): string {
  const below = n.total - n.alive;
  return join(
    n.goroutine === undefined ? nodeStates(n) : goroutineDescription(n.goroutine),
    nodePlace(n),
    filtered || n.root !== undefined ? undefined : exited(n),
    below > 0 ? `${count(below)} below` : undefined,
  );
}

/** "chan receive 12s"; "4,800 chan receive, 12 running, longest 12s". */
function nodeStates(n: Node): string {
  const states = sortedStates(n);
  const wait = n.longestWaitMs === undefined ? '' : duration(n.longestWaitMs);
  const [first, second] = states;
  if (first === undefined) return '';
  if (second === undefined) return wait === '' ? first[0] : `${first[0]} ${wait}`;
  const shown = states.slice(0, 2);
  const others = states.slice(2).reduce((sum, [, times]) => sum + times, 0);
  return [
    ...shown.map(([word, times]) => `${count(times)} ${word}`),
    ...(others > 0 ? [plural(others, 'other')] : []),
    ...(wait === '' ? [] : [`longest ${wait}`]),
  ].join(', ');
}

function sortedStates(n: Node): [string, number][] {
  return Object.entries(n.states).sort(([, a], [, b]) => b - a);
}

/** "main.go:31", "main.go:31 from main.go:40"; where a helper has the go statement, the call of that. */
function nodePlace(n: Node): string {
  const call = place(n.from);
  if (n.helper === true || call === '') return place(nodeOrigin(n));
  return `${place(n.site)} from ${call}`;
}

/** Where the goroutines of a node were made: the go statement, or the call of the helper that has it. */
export function nodeOrigin(n: Node): Place | undefined {
  return n.helper === true ? n.from : n.site;
}

function exited(n: Node): string | undefined {
  if (n.exited === undefined) return n.alive === 0 ? 'exited' : undefined;
  return `${count(n.exited)}${n.alive === 0 ? '' : ' more'} exited`;
}

/** What a screen reader says of a row. */
export function spoken(label: string, description: string): string {
  const words = label.replace(/ ×([\d,]+)$/, (_, times: string) => `, ${times} goroutines`);
  return [words, ...description.split(' · ').filter((p) => p !== '')].join(', ');
}

/** All that is known of a node, a line each, the last ones the states of its goroutines: "4,800 chan receive". */
export function nodeDetails(n: Node, filtered = false): string[] {
  return [
    nodeLabel(n),
    ...createdBy(n),
    ...members(n, filtered),
    ...(n.longestWaitMs === undefined ? [] : [`longest wait ${duration(n.longestWaitMs)}`]),
    ...sortedStates(n).map(([word, times]) => `${count(times)} ${word}`),
  ];
}

function createdBy(n: Node): string[] {
  if (n.site === undefined) return [];
  if (n.from === undefined) return [`created by ${call(n.site)}`];
  if (n.helper === true) return [`created by ${call(n.from)}`, `through ${call(n.site)}`];
  return [`created by ${call(n.site)}`, `called by ${call(n.from)}`];
}

/** "main.start main.go:31". */
function call(p: Place): string {
  return `${brief(p.function ?? '')} ${place(p)}`.trim();
}

/** The name of a function, without type arguments, as in Go's tracebacks: "main.Map[...]". */
export function brief(name: string): string {
  return name.replace(/\[.*\]/, '[...]');
}

function members(n: Node, filtered: boolean): string[] {
  if (n.alive > 0) return [`${plural(n.alive, 'goroutine')}${n.blocked > 0 ? `, ${count(n.blocked)} blocked` : ''}`];
  // A root may stand for what never was a goroutine: package initialisation, the runtime.
  if (n.root !== undefined) return [];
  return [filtered ? 'none matches the filter' : 'all of them exited'];
}

/** What stands over a go statement: "3 goroutines alive · 2 blocked · longest wait 12s". */
export function siteTitle(s: Site): string {
  return join(
    `${plural(s.alive, 'goroutine')} alive`,
    s.blocked > 0 ? `${count(s.blocked)} blocked` : undefined,
    s.longestWaitMs === undefined ? undefined : `longest wait ${duration(s.longestWaitMs)}`,
  );
}

/** The filter that finds the goroutines of a go statement. */
export function siteFilter(path: string, line: number): string {
  return `site:"${path}:${line}"`;
}

/** A name of VS Code's for the picture of a node: of what its goroutine does, of many, or of none. */
export function nodeIcon(n: Node, filtered = false): string {
  if (n.goroutine !== undefined) return icon(n.goroutine);
  if (n.alive > 0) return 'layers';
  return filtered || n.root !== undefined ? 'list-tree' : 'circle-slash';
}

/** A name of VS Code's for the picture of a goroutine's state. */
export function icon(g: Pick<Goroutine, 'status' | 'waitReason' | 'system'>): string {
  if (g.system === true) return 'gear';
  if (g.waitReason !== undefined || /^(waiting|blocked)/i.test(g.status)) return 'debug-pause';
  if (/^running/i.test(g.status)) return 'play';
  if (/syscall/i.test(g.status)) return 'server-process';
  return 'circle-outline';
}
