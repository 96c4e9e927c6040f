// Starts a dlvx for each debug session, and watches over it.

import type { ChildProcess } from 'node:child_process';
import * as vscode from 'vscode';

import { endProcess } from './ending';
import type { Installer } from './install';
import { type Config, text } from './launch';
import { Rendezvous } from './rendezvous';
import { startServer } from './server';
import type { Session, Sessions } from './sessions';
import { type TerminalCommand, runExternal, runIntegrated } from './terminal';

const patience = 30_000; // ms, for a dlvx in a terminal to call
const leisure = 60_000; // ms, for a dlvx to end by itself behind its session: it removes what it builds once that is built
const grace = 3_000; // ms, for a dlvx to end when it is told to; VS Code waits for 5 s when it closes

/** Starts dlvx. What it has started ends with its session, or at the latest with end. */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory, vscode.Disposable {
  /** With the sessions that they were started for, by id. */
  private readonly running = new Map<ChildProcess, string>();
  private readonly subscription = vscode.debug.onDidTerminateDebugSession((s) => { this.sessionEnded(s.id); });

  constructor(private readonly log: vscode.LogOutputChannel, private readonly installer: Installer, private readonly sessions: Sessions) {}

  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    const config: Config = session.configuration;
    this.log.debug(`${config.name}: ${JSON.stringify(config)}`);
    // What runs elsewhere may be any Delve: a dlvx here connects to it, as the
    // attach request says, and makes chains of its answers.
    const remote = config.request === 'attach' && config.mode === 'remote';
    if (config.port !== undefined && !remote) return new vscode.DebugAdapterServer(Number(config.port), text(config, 'host') ?? '127.0.0.1');
    const path = await this.installer.dlvx(text(config, 'dlvxPath'), session.workspaceFolder);
    const args = ['dap', ...flags(config, session.workspaceFolder)];
    if (!remote && (config.console === 'integratedTerminal' || config.console === 'externalTerminal')) {
      return await this.inTerminal(session, path, args);
    }
    return await this.asServer(session, path, args);
  }

  private async asServer(session: vscode.DebugSession, path: string, args: string[]): Promise<vscode.DebugAdapterDescriptor> {
    const known = this.sessions.of(session);
    const command = { path, args: [...args, '--listen=127.0.0.1:0'], cwd: cwd(session) };
    this.log.info(`${command.path} ${command.args.join(' ')}`);
    const last: string[] = [];
    const server = await startServer(command, {
      started: (child) => {
        this.running.set(child, session.id);
        child.once('exit', () => this.running.delete(child));
      },
      // What the program prints, where it is not sent through the debugger.
      stdout: (line) => { vscode.debug.activeDebugConsole.appendLine(line); },
      stderr: (line) => {
        this.log.info(line);
        last.push(line);
        if (last.length > 3) last.shift();
      },
    });
    server.process.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      this.log.info(`dlvx of ${session.name} ended (${how})`);
      void this.gone(known, `dlvx ended unexpectedly (${how}); the debug session is over.`, last);
    });
    return new vscode.DebugAdapterServer(server.port, server.host);
  }

  private async inTerminal(session: vscode.DebugSession, path: string, args: string[]): Promise<vscode.DebugAdapterDescriptor> {
    const config: Config = session.configuration;
    const known = this.sessions.of(session);
    const rendezvous = await Rendezvous.open();
    const words = [path, ...args, `--client-addr=${rendezvous.clientAddr}`];
    if (config.asRoot === true && process.platform !== 'win32') words.unshift('sudo');
    const [first = path, ...rest] = words;
    const command: TerminalCommand = { name: config.name, path: first, args: rest, cwd: cwd(session) };
    this.log.info(`in a terminal: ${words.join(' ')}`);
    const clock = new AbortController();
    try {
      const ended = config.console === 'integratedTerminal' ? (await runIntegrated(command, session.workspaceFolder)).ended : runExternal(command);
      const meeting = await rendezvous.meet(Promise.race([
        ended.then((code) => { throw new Error(`dlvx ended in its terminal (exit code ${code}) before the session began; see there.`); }),
        // sudo may wait for a password.
        expire(config.asRoot === true ? 10 * patience : patience, clock.signal),
      ]), () => { void this.gone(known, 'dlvx ended unexpectedly in its terminal; the debug session is over.', []); });
      return new vscode.DebugAdapterServer(meeting.port, meeting.host);
    } finally {
      clock.abort();
      rendezvous.close();
    }
  }

  /** Ends the dlvx of a session that has ended, should it not do so by itself. */
  private sessionEnded(id: string): void {
    for (const [child, session] of this.running) {
      if (session !== id) continue;
      const timer = setTimeout(() => { void endProcess(child, grace); }, leisure);
      child.once('exit', () => { clearTimeout(timer); });
    }
  }

  /** Ends every dlvx, and waits until they have. */
  async end(): Promise<void> {
    await Promise.all([...this.running.keys()].map((child) => endProcess(child, grace)));
  }

  /** Says that dlvx went away, unless the session was to end. */
  private async gone(session: Session, what: string, last: string[]): Promise<void> {
    if (session.leaving) return;
    this.log.error(what);
    const show = 'Show Log';
    const answer = await vscode.window.showErrorMessage([what, ...last].join(' '), show);
    if (answer === show) this.log.show();
  }

  dispose(): void {
    this.subscription.dispose();
    void this.end();
  }
}

/** The flags of dlvx that a configuration, and the settings, ask for. */
function flags(config: Config, folder: vscode.WorkspaceFolder | undefined): string[] {
  const list = (config.dlvFlags as string[] | undefined) ?? [];
  if (!Array.isArray(list)) throw new Error('dlvFlags: has to be a list of flags');
  const setting = vscode.workspace.getConfiguration('dlvx', folder).get<string>('logOutput') ?? '';
  const layers = text(config, 'logOutput') ?? setting;
  const dest = text(config, 'logDest');
  return [
    ...list,
    ...(config.showLog === true || setting !== '' ? ['--log', ...(layers === '' ? [] : [`--log-output=${layers}`])] : []),
    ...(dest === undefined ? [] : [`--log-dest=${dest}`]),
  ];
}

function cwd({ configuration, workspaceFolder }: vscode.DebugSession): string | undefined {
  return text(configuration, 'dlvCwd') ?? (workspaceFolder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
}

function expire(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => { reject(new Error(`dlvx did not call from its terminal within ${ms / 1000} seconds.`)); }, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); });
  });
}
