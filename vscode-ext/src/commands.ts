// The commands of the palette and of the Goroutines view.

import * as vscode from 'vscode';

import { showSite } from './codelens';
import type { Dumps } from './dump';
import type { Element } from './elements';
import type { GoDebugging } from './goextension';
import { type GoroutinesView, goroutineOf } from './goroutines';
import type { Installer } from './install';
import { pickProcess } from './pick';
import type { Place } from './protocol';
import type { Session, Sessions } from './sessions';
import { nodeOrigin } from './texts';

export interface Parts {
  sessions: Sessions;
  view: GoroutinesView;
  dumps: Dumps;
  installer: Installer;
  go: GoDebugging;
  log: vscode.LogOutputChannel;
}

/** Registers all commands. What fails in one is shown. */
export function registerCommands(p: Parts): vscode.Disposable[] {
  const commands: Record<string, (...args: never[]) => unknown> = {
    'dlvx.pickProcess': () => pickProcess(false).then((pid) => pid?.toString()),
    'dlvx.pickGoProcess': () => pickProcess(true).then((pid) => pid?.toString()),
    'dlvx.install': () => p.installer.install(),
    'dlvx.useForGo': async () => { await p.go.use(await p.installer.dlvx()); },
    'dlvx.stopUsingForGo': () => p.go.stopUsing(),
    'dlvx.openSettings': () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:dlvx.dlvx'),
    'dlvx.showLog': () => { p.log.show(); },
    'dlvx.dump': () => dump(p),
    'dlvx.copyStack': (item?: Item, at?: Context) => copyStack(p, item, at),
    'dlvx.locate': (item?: Item, at?: Context) => locate(p, item, at),
    'dlvx.toggleStitch': () => toggleStitch(p),
    'dlvx.filter': () => askFilter(p.view),
    'dlvx.clearFilter': () => { p.view.setFilter(''); },
    'dlvx.refresh': () => { p.view.refresh(); },
    'dlvx.reveal': (element: Element) => reveal(p, element),
    'dlvx.openSite': (element: Element) => openPlace(siteOf(element)),
    'dlvx.more': (element: Element) => p.view.more(element),
    'dlvx.showSite': (path: string, line: number) => showSite(p.sessions, path, line, (filter) => p.view.show(filter)),
  };
  return Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, async (...args: never[]) => {
    try {
      return await run(...args);
    } catch (err) {
      p.log.error(`${name}: ${String(err)}`);
      void vscode.window.showErrorMessage(err instanceof Error ? err.message : String(err));
      return undefined;
    }
  }));
}

/** What a menu is of: an element of the Goroutines view, or a thread of the Call Stack panel, which VS Code gives by its number. */
type Item = Element | number;

/** What VS Code tells besides of a thread of the Call Stack panel. */
interface Context { sessionId?: string }

/** The goroutine that a command is for: of its menu, else the one that is selected. */
function goroutineFor(item: Item | undefined): number {
  // Delve's thread ids are goroutine ids.
  const id = typeof item === 'number' ? item : goroutineOf(item)?.id ?? vscode.debug.activeStackItem?.threadId;
  if (id === undefined) throw new Error('Select a goroutine in the Call Stack first.');
  return id;
}

/** The session that can be asked: the active one, or that of a menu. It fails with the reason where there is none. */
function stopped(sessions: Sessions, at?: Context): Session {
  const session = at?.sessionId === undefined ? sessions.active : sessions.find(at.sessionId);
  if (session === undefined) throw new Error('No Go program is being debugged.');
  if (session.mute !== undefined) throw new Error(session.mute);
  return session;
}

async function dump({ sessions, view, dumps }: Parts): Promise<void> {
  const session = stopped(sessions);
  const title = 'Reading all goroutines';
  const { text } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    session.request('dlvx/dump', view.filter === '' ? {} : { filter: view.filter }));
  await dumps.show('goroutines', text);
}

async function copyStack({ sessions }: Parts, item: Item | undefined, at: Context | undefined): Promise<void> {
  const session = stopped(sessions, at);
  const goroutine = goroutineFor(item);
  const { text } = await session.request('dlvx/stack', { goroutine });
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`The logical stack of goroutine ${goroutine} is in the clipboard.`, 5000);
}

/** Shows a goroutine in the Goroutines view, by a filter. */
async function locate({ sessions, view }: Parts, item: Item | undefined, at: Context | undefined): Promise<void> {
  if (stopped(sessions, at) !== sessions.active) throw new Error('This goroutine is of another session. Select it in that first.');
  await view.show(`id:${goroutineFor(item)}`);
}

async function toggleStitch({ sessions }: Parts): Promise<void> {
  const session = sessions.active;
  if (session?.greeting === undefined) throw new Error('No program is being debugged with dlvx.');
  const { enabled } = await session.request('dlvx/stitch', {});
  const now = await session.request('dlvx/stitch', { enabled: !enabled });
  vscode.window.setStatusBarMessage(now.enabled ? 'Call stacks go on with spawn chains.' : 'Call stacks are without spawn chains.', 5000);
}

async function askFilter(view: GoroutinesView): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Filter goroutines',
    value: view.filter,
    placeHolder: 'worker state:"chan receive" wait:10s -label:tenant=acme',
    prompt: 'Words that all must match: a part of any function of the logical stack, or func: state: label: site: id: wait:10s (waiting at least so long) system:yes. A - before a word negates it.',
  });
  if (text !== undefined) view.setFilter(text);
}

async function reveal({ sessions }: Parts, element: Element): Promise<void> {
  const g = goroutineOf(element);
  if (g !== undefined) await stopped(sessions).request('dlvx/focus', { goroutine: g.id });
}

/** Where the goroutines of an element were made. */
function siteOf(element: Element): Place | undefined {
  if (element.kind === 'goroutine') return element.goroutine.spawn?.from ?? element.goroutine.spawn;
  return element.kind === 'node' ? nodeOrigin(element.node) : undefined;
}

async function openPlace(place: Place | undefined): Promise<void> {
  if (place?.source?.path === undefined) throw new Error('The go statement is not known.');
  const line = Math.max((place.line ?? 1) - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(place.source.path), { selection: new vscode.Range(line, 0, line, 0) });
}
