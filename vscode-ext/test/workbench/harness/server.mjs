// A workbench server with a home of its own: its settings, its extensions.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { tools } from './tools.mjs';

// Nothing asks, nothing is fetched, nothing moves: a session's own doings are
// all that is seen.
const quiet = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.tips.enabled': false,
  'editor.minimap.enabled': false,
  'git.enabled': false,
  'files.autoSave': 'off', // the fixtures stay as they are
  'window.commandCenter': false,
  'terminal.integrated.gpuAcceleration': 'off', // its text is in the page then
};

/** A running server. Its process group is ended by stop. */
export class Server {
  #process;

  /** Starts one with the given user settings on top of quiet ones. */
  static async start(settings = {}, env = {}) {
    const server = new Server();
    server.home = fs.mkdtempSync(path.join(os.tmpdir(), 'dlvx-wb-'));
    server.log = path.join(server.home, 'server.log');
    const user = path.join(server.home, 'data/User');
    fs.mkdirSync(user, { recursive: true });
    fs.writeFileSync(path.join(user, 'settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 2));
    fs.cpSync(tools.extensions, path.join(server.home, 'extensions'), { recursive: true });
    await server.#run(env);
    return server;
  }

  #run(env) {
    const { home } = this;
    const child = spawn(tools.node, [
      tools.server, '--host', '127.0.0.1', '--port', '0', '--without-connection-token',
      '--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust',
      '--reconnection-grace-time', '1', '--force-disable-user-env',
      '--server-data-dir', home, '--user-data-dir', path.join(home, 'data'), '--extensions-dir', path.join(home, 'extensions'),
    ], {
      // Sockets go to XDG_RUNTIME_DIR, and with the home they are removed.
      env: { ...process.env, XDG_RUNTIME_DIR: home, PATH: `${tools.bin}:${process.env.PATH}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own
    });
    this.#process = child;
    const log = fs.createWriteStream(this.log);
    child.stderr.pipe(log, { end: false });
    child.stdout.pipe(log, { end: false });
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, port] = /^Extension host agent listening on (\d+)/.exec(line) ?? [];
        if (!port) return;
        this.authority = `127.0.0.1:${port}`;
        resolve();
      });
      child.on('exit', (code, signal) => {
        reject(new Error(`the workbench server ended (${signal ?? code}):\n${fs.readFileSync(this.log, 'utf8')}`));
      });
    });
  }

  /** The processes that the server has started, and theirs: [{pid, command}]. */
  children() {
    const all = [];
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
        all.push({ pid: Number(pid), parent, command });
      } catch {
        // It has ended meanwhile.
      }
    }
    const below = (pid) => all.filter((p) => p.parent === pid).flatMap((p) => [p, ...below(p.pid)]);
    return below(this.#process.pid);
  }

  /** The processes of dlvx, and the targets below them. */
  dlvx() {
    return this.children().filter((p) => /dlvx dap|__debug_bin/.test(p.command));
  }

  async stop() {
    const child = this.#process;
    const left = this.children();
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => { child.on('close', resolve); });
      process.kill(-child.pid, 'SIGTERM');
      const timer = setTimeout(() => { process.kill(-child.pid, 'SIGKILL'); }, 10_000);
      await ended;
      clearTimeout(timer);
    }
    // A target is not of the server's process group.
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended with the rest.
      }
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
