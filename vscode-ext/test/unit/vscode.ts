// What the unit tests have in place of the module vscode: as much of it as the
// extension's parts use, doing nothing, or what a test sets.

export class EventEmitter<T> {
  private readonly listeners = new Set<(e: T) => void>();
  event = (listener: (e: T) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(e: T) { for (const l of [...this.listeners]) l(e); }
  dispose() { this.listeners.clear(); }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const ConfigurationTarget = { Global: 1, Workspace: 2 };
export const TaskScope = { Global: 1, Workspace: 2 };
export const TaskPanelKind = { Dedicated: 2 };
export const ProgressLocation = { Notification: 15 };

export class TreeItem {
  constructor(readonly label: string, readonly collapsibleState: number) {}
}
export class ThemeIcon {
  constructor(readonly id: string) {}
}
export class MarkdownString {
  value = '';
  appendCodeblock(text: string) { this.value += text; return this; }
}
export class Range {
  constructor(readonly line: number, readonly character: number, readonly endLine: number, readonly endCharacter: number) {}
  get start() { return { line: this.line }; }
}
export class Position {
  constructor(readonly line: number, readonly character: number) {}
}
export class Location {
  constructor(readonly uri: { path: string }, readonly range: Position) {}
}
export class Diagnostic {
  source = '';
  code = '';
  relatedInformation: DiagnosticRelatedInformation[] = [];
  constructor(readonly range: Range, readonly message: string, readonly severity: number) {}
}
export class DiagnosticRelatedInformation {
  constructor(readonly location: Location, readonly message: string) {}
}
export const DiagnosticSeverity = { Warning: 1 };
export const Uri = { file: (path: string) => ({ path }) };
export class CodeLens {
  constructor(readonly range: Range, readonly command: { title: string; arguments: unknown[] }) {}
}
export class ProcessExecution {
  constructor(readonly process: string, readonly args: string[], readonly options: { cwd?: string }) {}
}
export class Task {
  constructor(readonly definition: unknown, readonly scope: unknown, readonly name: string, readonly source: string, readonly execution: ProcessExecution) {}
}
export class DebugAdapterServer {
  constructor(readonly port: number, readonly host: string) {}
}

/** What a test can set, and see. */
export const fake = {
  settings: {} as Record<string, unknown>,
  scopes: { globalValue: undefined as unknown, workspaceValue: undefined as unknown },
  errors: [] as string[],
  warnings: [] as string[],
  infos: [] as string[],
  picked: undefined as unknown,
  answer: undefined as string | undefined,
  tasks: [] as Task[],
  offered: [] as unknown[],
  updates: [] as unknown[][],
  executed: [] as unknown[][],
  view: { message: undefined as string | undefined, description: undefined as string | undefined, dispose: () => undefined },
  problems: new Map<string, Diagnostic[]>(),
  begun: new EventEmitter<unknown>(),
  customEvent: new EventEmitter<unknown>(),
  started: new EventEmitter<unknown>(),
  terminated: new EventEmitter<unknown>(),
  activeChanged: new EventEmitter<unknown>(),
  trackers: new Map<string, { createDebugAdapterTracker(s: unknown): { onDidSendMessage(m: unknown): void; onWillReceiveMessage(m: unknown): void } }>(),
};

const nothing = { dispose: () => undefined };

export const window = {
  activeTextEditor: undefined as unknown,
  createTreeView: () => fake.view,
  showErrorMessage: (m: string) => { fake.errors.push(m); return Promise.resolve(undefined); },
  showWarningMessage: (m: string) => { fake.warnings.push(m); return Promise.resolve(fake.answer); },
  showInformationMessage: (m: string) => { fake.infos.push(m); return Promise.resolve(undefined); },
  showQuickPick: async (items: unknown) => {
    fake.offered = await items as unknown[];
    return typeof fake.picked === 'function' ? (fake.picked as (i: unknown[]) => unknown)(fake.offered) : fake.picked;
  },
};

export const workspace = {
  workspaceFolders: undefined as { uri: { fsPath: string } }[] | undefined,
  getConfiguration: (section: string) => ({
    get: (name: string, otherwise?: unknown) => fake.settings[`${section}.${name}`] ??
      (name === 'alternateTools' ? { ...fake.scopes.globalValue as object, ...fake.scopes.workspaceValue as object } : otherwise),
    inspect: () => fake.scopes,
    update: (name: string, value: unknown, target: number) => {
      fake.updates.push([name, value, target]);
      fake.scopes[target === ConfigurationTarget.Global ? 'globalValue' : 'workspaceValue'] = value;
      return Promise.resolve();
    },
  }),
  onDidChangeConfiguration: () => nothing,
};

export const languages = {
  registerCodeLensProvider: () => nothing,
  createDiagnosticCollection: () => ({
    get: (uri: { path: string }) => fake.problems.get(uri.path),
    set: (uri: { path: string }, list: Diagnostic[]) => { fake.problems.set(uri.path, list); },
    clear: () => { fake.problems.clear(); },
    ...nothing,
  }),
};

export const commands = {
  executeCommand: (...args: unknown[]) => { fake.executed.push(args); return Promise.resolve(); },
};

export const tasks = {
  executeTask: (task: Task) => { fake.tasks.push(task); return Promise.resolve({ task }); },
  onDidEndTaskProcess: () => nothing,
};

export const debug = {
  activeDebugSession: undefined as unknown,
  registerDebugAdapterTrackerFactory: (type: string, factory: never) => { fake.trackers.set(type, factory); return nothing; },
  onDidStartDebugSession: fake.begun.event,
  onDidReceiveDebugSessionCustomEvent: fake.customEvent.event,
  onDidTerminateDebugSession: fake.terminated.event,
  onDidChangeActiveDebugSession: fake.activeChanged.event,
  activeDebugConsole: { appendLine: () => undefined },
};
