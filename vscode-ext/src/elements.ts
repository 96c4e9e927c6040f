// The elements of the Goroutines view, and how they get their children from
// dlvx: a page at a time, when they are asked for. Nothing here is VS Code's.

import type { Goroutine, Node, Requests } from './protocol';

/** How many children are got at a time. */
export const page = 100;

export interface NodeElement {
  kind: 'node';
  /** Names the place in the tree, the same at every stop. */
  key: string;
  node: Node;
  children: Children;
}

export interface GoroutineElement {
  kind: 'goroutine';
  key: string;
  goroutine: Goroutine;
}

/** Folds the goroutines of a node that has child nodes, too. */
export interface MembersElement {
  kind: 'members';
  key: string;
  count: number;
  children: Children;
}

export interface MoreElement {
  kind: 'more';
  key: string;
  left: number;
  of: Children;
}

export type Element = NodeElement | GoroutineElement | MembersElement | MoreElement;

/** Tells whether a node is shown only for what is below it: nothing of its own matches the filter. */
export function leads(node: Node, filter: string): boolean {
  return filter !== '' && node.alive === 0 && node.children > 0 && node.children <= ways;
}

/** Of how many ways below a node all are opened at once. */
const ways = 10;

/** Asks dlvx. */
export type Ask = <C extends 'dlvx/tree' | 'dlvx/goroutines'>(command: C, args: Requests[C][0]) => Promise<Requests[C][1]>;

/** The children of an element, or the roots. They are got once. */
export class Children {
  private loaded: Element[] = [];
  private total: number | undefined;
  private pending: Promise<void> | undefined;
  private readonly keys = new Map<string, number>();

  private constructor(
    private readonly key: string,
    /** Gets the children from start on, at most count. */
    private readonly get: (start: number, count: number) => Promise<{ items: Element[]; total: number }>,
    /** What comes behind them. */
    private readonly tail: Element[] = [],
  ) {}

  /** The roots of the spawn tree. */
  static roots(ask: Ask, filter: string): Children {
    return Children.ofTree('', ask, filter, undefined, []);
  }

  /** The children of a node: its child nodes, then its own goroutines, folded where there are both. */
  private static ofNode(key: string, ask: Ask, filter: string, node: Node): Children {
    const several = node.alive > 1 || (node.alive === 1 && node.goroutine === undefined);
    if (node.children === 0) return several ? Children.members(key, ask, filter, node) : new Children(key, () => Promise.resolve({ items: [], total: 0 }));
    const at = `${key}/goroutines`;
    const members: Element[] = several ? [{ kind: 'members', key: at, count: node.alive, children: Children.members(at, ask, filter, node) }] : [];
    return Children.ofTree(key, ask, filter, node.id, members);
  }

  private static ofTree(key: string, ask: Ask, filter: string, parent: Node['id'] | undefined, tail: Element[]): Children {
    const children: Children = new Children(key, async (start, count) => {
      const answer = await ask('dlvx/tree', { start, count, ...given(filter, parent) });
      const items = answer.nodes.map((node): Element => {
        // VS Code opens what it has not seen before, so what leads somewhere is no old acquaintance.
        const mark = leads(node, filter) ? '?' : '';
        const at = children.unique(`${key}/${mark}${node.name}@${node.site?.source?.path ?? ''}:${node.site?.line ?? ''}`);
        return { kind: 'node', key: at, node, children: Children.ofNode(at, ask, filter, node) };
      });
      return { items, total: answer.total };
    }, tail);
    return children;
  }

  private static members(key: string, ask: Ask, filter: string, node: Node): Children {
    return new Children(key, async (start, count) => {
      const answer = await ask('dlvx/goroutines', { start, count, ...given(filter, node.id) });
      const items = answer.goroutines.map((goroutine): Element => ({ kind: 'goroutine', key: `${key}/${goroutine.id}`, goroutine }));
      return { items, total: answer.total };
    });
  }

  /** Those that are there so far, and what is to be shown behind them. */
  async list(): Promise<Element[]> {
    if (this.total === undefined) await this.more();
    const left = (this.total ?? 0) - this.loaded.length;
    const more: Element[] = left > 0 ? [{ kind: 'more', key: `${this.key}/more`, left, of: this }] : [];
    return [...this.loaded, ...more, ...this.tail];
  }

  /** Gets the next page. Whoever asks meanwhile waits for the same one. */
  more(): Promise<void> {
    this.pending ??= this.next().finally(() => { this.pending = undefined; });
    return this.pending;
  }

  private async next(): Promise<void> {
    const { items, total } = await this.get(this.loaded.length, page);
    this.loaded = [...this.loaded, ...items];
    // An empty page is the end, whatever the total says.
    this.total = items.length === 0 ? this.loaded.length : total;
  }

  private unique(key: string): string {
    const n = this.keys.get(key) ?? 0;
    this.keys.set(key, n + 1);
    return n === 0 ? key : `${key}#${n}`;
  }
}

function given(filter: string, node: Node['id'] | undefined): { filter?: string; node?: Node['id'] } {
  return { ...(filter === '' ? {} : { filter }), ...(node === undefined ? {} : { node }) };
}
