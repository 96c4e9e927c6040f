// Starts `dlvx dap` and waits until it listens.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { endProcess } from './ending';

/** How dlvx is to be run. */
export interface Command {
  path: string;
  args: string[];
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv;
}

/** Who watches a dlvx: lines come without their ends. */
export interface Watcher {
  /** It runs, and may yet fail to listen. */
  started(process: ChildProcess): void;
  stdout(line: string): void;
  stderr(line: string): void;
}

/** A running `dlvx dap` that waits for its client. */
export interface Server {
  host: string;
  port: number;
  process: ChildProcess;
}

const listening = /^DAP server listening at: (.*):(\d+)$/;
const patience = 30_000; // ms
const grace = 3_000; // ms

/**
 * Starts a server. It fails where the program cannot be started, ends, or does
 * not say within 30 seconds that it listens.
 */
export function startServer(command: Command, watcher: Watcher): Promise<Server> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.path, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    if (child.pid !== undefined) watcher.started(child);
    const last: string[] = [];
    const fail = (why: string) => {
      clearTimeout(timer);
      void endProcess(child, grace);
      const what = `${command.path} ${why}`;
      reject(new Error(last.length === 0 ? what : `${last.join('\n')}\n(${what})`));
    };
    const timer = setTimeout(() => { fail(`did not listen within ${patience / 1000} seconds`); }, patience);
    createInterface({ input: child.stderr }).on('line', (line) => {
      last.push(line);
      if (last.length > 5) last.shift();
      watcher.stderr(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, host, port] = listening.exec(line) ?? [];
      if (host === undefined) {
        watcher.stdout(line);
        return;
      }
      clearTimeout(timer);
      resolve({ host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port), process: child });
    });
    child.on('error', (err) => { fail(`cannot be started: ${err.message}`); });
    // 'close' comes when all output has been read, so that the reason is in last.
    child.on('close', (code, signal) => { fail(`ended (${signal ?? `exit code ${code}`}) before it listened`); });
  });
}
