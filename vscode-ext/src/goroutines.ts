// The Goroutines view: the spawn tree of the program that stands still.

import * as vscode from 'vscode';

import { Children, type Element, leads, page } from './elements';
import type { Sessions } from './sessions';
import { count, goroutineDescription, goroutineLabel, icon, nodeDescription, nodeDetails, nodeIcon, nodeLabel, nodeOrigin, plural, spoken } from './texts';

export class GoroutinesView implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Element | undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<Element>;
  private readonly subscription: vscode.Disposable;
  private filterText = '';
  private roots: Children | undefined;
  /** Which stop of which session the roots are of. */
  private shown = '';

  constructor(private readonly sessions: Sessions, private readonly log: vscode.LogOutputChannel) {
    this.view = vscode.window.createTreeView<Element>('dlvx.goroutines', { treeDataProvider: this, showCollapseAll: true });
    this.subscription = sessions.onDidChange(() => { this.update(); });
    this.update();
  }

  get filter(): string {
    return this.filterText;
  }

  setFilter(text: string): void {
    this.filterText = text.trim();
    this.view.description = this.filterText;
    void vscode.commands.executeCommand('setContext', 'dlvx.filtered', this.filterText !== '');
    this.refresh();
  }

  /** Shows the view, with a filter. */
  async show(filter: string): Promise<void> {
    this.setFilter(filter);
    await vscode.commands.executeCommand('dlvx.goroutines.focus');
  }

  /** Reads the tree anew. */
  refresh(): void {
    this.shown = '';
    this.update();
  }

  async more(element: Element): Promise<void> {
    if (element.kind !== 'more') return;
    await element.of.more();
    this.changed.fire(undefined);
  }

  private update(): void {
    const session = this.sessions.active;
    const now = session === undefined ? 'none' : session.mute ?? `${session.debug.id} ${session.stops}`;
    if (now === this.shown) return;
    this.shown = now;
    this.roots = undefined;
    if (session !== undefined && session.mute === undefined) {
      this.roots = Children.roots((command, args) => session.request(command, args), this.filterText);
    }
    this.message(session?.mute);
    this.changed.fire(undefined);
  }

  private message(text: string | undefined): void {
    // The type says string, and that undefined takes it away.
    (this.view as { message: string | undefined }).message = text;
  }

  async getChildren(element?: Element): Promise<Element[]> {
    const { roots } = this;
    const children = element === undefined ? roots : element.kind === 'node' || element.kind === 'members' ? element.children : undefined;
    if (children === undefined) return [];
    try {
      const list = await children.list();
      if (element === undefined && roots === this.roots) this.message(list.length === 0 ? this.nothing() : undefined);
      return list;
    } catch (err) {
      // The program may have gone on meanwhile: then there is a newer message.
      this.log.warn(`goroutines: ${String(err)}`);
      if (roots === this.roots) this.message(err instanceof Error ? err.message : String(err));
      return [];
    }
  }

  private nothing(): string {
    return this.filterText === '' ? 'No goroutines.' : `No goroutine matches ${this.filterText}`;
  }

  getTreeItem(element: Element): vscode.TreeItem {
    const item = makeItem(element, this.filterText);
    item.id = element.key;
    // Else it would be the tooltip.
    const { label, description } = item;
    if (typeof label === 'string') item.accessibilityInformation = { label: spoken(label, typeof description === 'string' ? description : '') };
    return item;
  }

  /** The tooltip is a goroutine's logical stack, got when it is looked at. */
  async resolveTreeItem(item: vscode.TreeItem, element: Element): Promise<vscode.TreeItem> {
    const g = goroutineOf(element);
    const session = this.sessions.active;
    if (g === undefined || session === undefined) return item;
    try {
      const { text } = await session.request('dlvx/stack', { goroutine: g.id });
      item.tooltip = new vscode.MarkdownString().appendCodeblock(text, 'text');
    } catch (err) {
      this.log.debug(`the stack of goroutine ${g.id}: ${String(err)}`);
    }
    return item;
  }

  dispose(): void {
    this.subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}

/** The one goroutine that an element stands for. */
export function goroutineOf(element: Element | undefined) {
  if (element?.kind === 'goroutine') return element.goroutine;
  return element?.kind === 'node' ? element.node.goroutine : undefined;
}

function makeItem(element: Element, filter: string): vscode.TreeItem {
  const filtered = filter !== '';
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  switch (element.kind) {
    case 'goroutine': {
      const item = new vscode.TreeItem(goroutineLabel(element.goroutine), None);
      item.description = goroutineDescription(element.goroutine);
      item.iconPath = new vscode.ThemeIcon(icon(element.goroutine));
      item.contextValue = element.goroutine.spawn?.source === undefined ? 'goroutine' : 'goroutine spawned';
      item.command = { command: 'dlvx.reveal', title: 'Reveal in Call Stack', arguments: [element] };
      return item;
    }
    case 'node': {
      const { node } = element;
      const leaf = node.children === 0 && (node.alive === 0 || node.goroutine !== undefined);
      const open = node.root !== undefined || leads(node, filter);
      const item = new vscode.TreeItem(nodeLabel(node), leaf ? None : open ? Expanded : Collapsed);
      item.description = nodeDescription(node, filtered);
      item.iconPath = new vscode.ThemeIcon(nodeIcon(node, filtered));
      item.contextValue = [node.goroutine === undefined ? 'node' : 'goroutine', ...(nodeOrigin(node)?.source === undefined ? [] : ['spawned'])].join(' ');
      if (node.goroutine === undefined) item.tooltip = nodeDetails(node, filtered).join('\n');
      else item.command = { command: 'dlvx.reveal', title: 'Reveal in Call Stack', arguments: [element] };
      return item;
    }
    case 'members': {
      const item = new vscode.TreeItem(plural(element.count, 'goroutine'), Collapsed);
      item.iconPath = new vscode.ThemeIcon('list-unordered');
      item.contextValue = 'members';
      return item;
    }
    case 'more': {
      const item = new vscode.TreeItem(`… ${count(element.left)} more`, None);
      item.description = element.left > page ? `click for the next ${count(page)}` : 'click for them';
      item.contextValue = 'more';
      item.command = { command: 'dlvx.more', title: 'Show More', arguments: [element] };
      return item;
    }
  }
}
