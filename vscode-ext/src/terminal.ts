// Runs a command in a terminal: one of VS Code's, or a window of its own.

import { spawn } from 'node:child_process';
import * as vscode from 'vscode';

/** A command for a terminal to run. */
export interface TerminalCommand {
  name: string;
  path: string;
  args: string[];
  cwd: string | undefined;
}

/**
 * Runs a command in VS Code's terminal. It is a task, because a task's terminal
 * stays when the command has ended, and needs no shell and its quoting. It is a task of
 * the given workspace folder, if any. The returned promise is resolved with the exit
 * code when the command ends.
 */
export async function runIntegrated(c: TerminalCommand, folder: vscode.WorkspaceFolder | undefined): Promise<{ ended: Promise<number | undefined> }> {
  const execution = new vscode.ProcessExecution(c.path, c.args, c.cwd === undefined ? {} : { cwd: c.cwd });
  const task = new vscode.Task({ type: 'dlvx', id: c.name }, taskScope(folder), c.name, 'dlvx', execution, []);
  task.presentationOptions = { echo: false, focus: false, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false };
  const running = await vscode.tasks.executeTask(task);
  const ended = new Promise<number | undefined>((resolve) => {
    const subscription = vscode.tasks.onDidEndTaskProcess((e) => {
      if (e.execution !== running) return;
      subscription.dispose();
      resolve(e.exitCode);
    });
  });
  return { ended };
}

/**
 * Of several folders a task belongs to one, whose settings its terminal has: a task of the
 * whole workspace would be of the first. With no folder open only a global one runs.
 */
function taskScope(folder: vscode.WorkspaceFolder | undefined): vscode.WorkspaceFolder | vscode.TaskScope {
  return folder ?? vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Global;
}

/**
 * Runs a command in a terminal window of the system's, which the settings
 * terminal.external name. What it returns fails where there is no terminal; it is
 * not resolved, for many terminals end at once and leave the window to others.
 */
export function runExternal(c: TerminalCommand): Promise<never> {
  const { file, args, detached } = externalCommand(process.platform, c, (name) =>
    vscode.workspace.getConfiguration('terminal.external').get<string>(name));
  return new Promise((_, reject) => {
    const child = spawn(file, args, { cwd: c.cwd, detached, stdio: 'ignore' });
    child.unref();
    child.once('error', (err) => { reject(new Error(`the terminal ${file} cannot be started: ${err.message}`)); });
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the terminal ${file} ended (exit code ${code}). The settings terminal.external name another one; or use "console": "integratedTerminal".`));
    });
  });
}

/** Returns how a platform opens a terminal window that runs a command. */
export function externalCommand(
  platform: NodeJS.Platform,
  c: TerminalCommand,
  setting: (name: string) => string | undefined,
): { file: string; args: string[]; detached: boolean } {
  // A detached console program has a window of its own on Windows.
  if (platform === 'win32') return { file: c.path, args: c.args, detached: true };
  const words = [c.path, ...c.args];
  if (platform === 'darwin') {
    const script = `cd ${quote(c.cwd ?? '.')} && ${words.map(quote).join(' ')}`;
    const apple = `tell application ${JSON.stringify(setting('osxExec') ?? 'Terminal.app')} to do script ${JSON.stringify(script)}`;
    return { file: 'osascript', args: ['-e', apple, '-e', 'tell application "Terminal" to activate'], detached: false };
  }
  const terminal = setting('linuxExec') ?? 'x-terminal-emulator';
  const wait = 'echo; read -r -p "Press Enter to close this terminal." _';
  const run = terminal.includes('gnome-terminal') ? '--' : '-e';
  return { file: terminal, args: [run, 'bash', '-c', `${words.map(quote).join(' ')}; ${wait}`], detached: true };
}

/** Quotes a word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
