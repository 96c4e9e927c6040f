// Knows of each debug session whether a dlvx serves it, and whether its program
// stands still. It reads this off the messages that pass, of sessions of type
// dlvx and of type go alike.

import * as vscode from 'vscode';

import type { Greeting, Requests } from './protocol';

export type State = 'starting' | 'running' | 'stopped' | 'ended';

/** The protocol that this extension speaks. */
const protocol = 1;

// Requests after whose success the program runs. Delve sends no `continued`
// for most of them.
const resuming = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'restart', 'configurationDone']);

// What the Debug Console takes for a call of a function, and for the choice of
// another process: the program has run then, and ids of nodes are outdated, though
// no event says so.
const moving = /^\s*(call\s+\S|dlv\s+target\s+switch\b)/;

interface Message {
  type: string;
  seq?: number;
  request_seq?: number;
  command?: string;
  arguments?: { expression?: unknown } | undefined;
  event?: string;
  success?: boolean;
  /** Of a response without success: why, for programs. */
  message?: string;
  body?: { dlvx?: Greeting; reason?: string; areas?: string[] } | undefined;
}

/** One debug session. */
export class Session {
  /** Undefined until `initialize` is answered, and for a debugger that is no dlvx. */
  greeting: Greeting | undefined;
  state: State = 'starting';
  /** How many stops there were: ids of nodes hold for one. */
  stops = 0;
  /** Whether it ends, or has ended, because somebody wanted it to. */
  leaving = false;
  /** Requests under way that move the program and leave it stopped. */
  private readonly moves = new Set<number>();

  constructor(readonly debug: Pick<vscode.DebugSession, 'id' | 'name' | 'type' | 'customRequest'>) {}

  /** Why there is nothing to ask of it: undefined where there is. */
  get mute(): string | undefined {
    if (this.state === 'starting') return 'The program is being started.';
    if (this.state === 'ended') return 'The program has ended.';
    if (this.greeting === undefined) return 'This debugger is no dlvx, or one that is too old. Update dlvx to see goroutines here.';
    if (this.greeting.protocol < protocol) return `dlvx ${this.greeting.version} is too old. Update it to see goroutines here.`;
    if (this.state === 'running') return 'The program is running: pause it to see its goroutines.';
    return undefined;
  }

  async request<C extends keyof Requests>(command: C, args: Requests[C][0]): Promise<Requests[C][1]> {
    return await this.debug.customRequest(command, args) as Requests[C][1];
  }

  /** Takes notice of a message from the client. */
  observeClient(m: Message): void {
    if (m.command === 'disconnect' || m.command === 'terminate') this.leaving = true;
    // VS Code may begin a session anew that has ended.
    if (m.command === 'initialize') {
      this.leaving = false;
      this.state = 'starting';
    }
    const expression = m.command === 'evaluate' ? m.arguments?.expression : undefined;
    if (m.seq !== undefined && typeof expression === 'string' && moving.test(expression)) this.moves.add(m.seq);
  }

  /** Takes notice of a message to the client. It returns whether anything changed. */
  observe(m: Message): boolean {
    const before = `${this.state} ${this.stops} ${this.greeting?.version}`;
    if (m.type === 'response') {
      this.observeResponse(m);
    } else if (m.type === 'event') {
      this.observeEvent(m);
    }
    return before !== `${this.state} ${this.stops} ${this.greeting?.version}`;
  }

  private observeResponse(m: Message): void {
    const moved = m.request_seq !== undefined && this.moves.delete(m.request_seq);
    if (m.success !== true) {
      // What was shown is of an earlier stop, of which no message here has told.
      if (m.message === 'staleId') this.renew();
      return;
    }
    if (moved) this.renew();
    if (m.command === undefined) return;
    if (m.command === 'initialize') this.greeting = m.body?.dlvx;
    if (resuming.has(m.command) && !this.atEntry(m.command)) this.state = 'running';
  }

  /** The program stands somewhere else than before, though it was not seen to go on. */
  private renew(): void {
    if (this.state === 'stopped') this.stops++;
  }

  /** With stopOnEntry Delve says that the program stands still before it answers configurationDone. */
  private atEntry(command: string): boolean {
    return command === 'configurationDone' && this.state === 'stopped';
  }

  private observeEvent(m: Message): void {
    switch (m.event) {
      case 'stopped':
        // One that only shows another goroutine is no new stop.
        if (this.state === 'stopped' && m.body?.reason === 'goroutine') return;
        this.state = 'stopped';
        this.stops++;
        return;
      case 'initialized':
        // Also after a restart, for which Delve may have had to stop the program.
        this.state = 'starting';
        return;
      case 'continued':
        this.state = 'running';
        return;
      case 'invalidated':
        // After a variable was set, for which Delve may have called into the program.
        if (m.body?.areas?.includes('all') !== false) this.renew();
        return;
      case 'terminated':
        this.leaving = true;
        this.state = 'ended';
    }
  }
}

/** All debug sessions that there are, and which one the user looks at. */
export class Sessions implements vscode.DebugAdapterTrackerFactory, vscode.Disposable {
  private readonly all = new Map<string, Session>();
  private readonly changed = new vscode.EventEmitter<Session | undefined>();
  private readonly disposables: Pick<vscode.Disposable, 'dispose'>[];

  /** The active session changed, or what is known of it. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.disposables = [
      this.changed,
      ...['dlvx', 'go'].map((type) => vscode.debug.registerDebugAdapterTrackerFactory(type, this)),
      vscode.debug.onDidChangeActiveDebugSession(() => { this.changed.fire(this.active); }),
      vscode.debug.onDidTerminateDebugSession((debug) => {
        const session = this.all.get(debug.id);
        if (session === undefined) return;
        session.state = 'ended';
        this.all.delete(debug.id);
        this.changed.fire(this.active);
      }),
    ];
  }

  /** The session that the user looks at; undefined where it is none of dlvx or Go. */
  get active(): Session | undefined {
    const debug = vscode.debug.activeDebugSession;
    return debug && this.all.get(debug.id);
  }

  /** A session by VS Code's id for it. */
  find(id: string): Session | undefined {
    return this.all.get(id);
  }

  /** What is known, and will be, of a session. */
  of(debug: vscode.DebugSession): Session {
    const session = this.all.get(debug.id) ?? new Session(debug);
    this.all.set(debug.id, session);
    return session;
  }

  createDebugAdapterTracker(debug: vscode.DebugSession): vscode.DebugAdapterTracker {
    const session = this.of(debug);
    return {
      onWillReceiveMessage: (m) => {
        this.log.trace(`${debug.name} <- ${JSON.stringify(m)}`);
        session.observeClient(m as Message);
      },
      onDidSendMessage: (m) => {
        this.log.trace(`${debug.name} -> ${JSON.stringify(m)}`);
        if (session.observe(m as Message)) this.changed.fire(this.active);
      },
    };
  }

  dispose(): void {
    for (const d of this.disposables) d.dispose();
  }
}
