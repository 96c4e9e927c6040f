// Lets the user pick a process to attach to.

import { readlinkSync } from 'node:fs';
import * as vscode from 'vscode';

import { type Output, run } from './machine';
import { type Process, listCommand, parseCim, parseGoVersion, parsePs } from './processes';

/** Shows processes to pick from: those of Go programs, or all. Undefined: the user picked none. */
export async function pickProcess(onlyGo: boolean): Promise<number | undefined> {
  const items = list().then(async (all) => {
    const go = onlyGo ? await ofGo(all) : all;
    // Where none can be told, all are better than none.
    return (go.length > 0 ? go : all).map(item);
  });
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: onlyGo ? 'Pick the Go process to attach to' : 'Pick the process to attach to',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.process.pid;
}

/** Returns the one process of a name, or lets the user pick from several. */
export async function processNamed(name: string): Promise<number | undefined> {
  const named = (await list()).filter((p) => p.name === name || p.name === `${name}.exe`);
  if (named.length === 0) throw new Error(`processId: no process is called ${name}`);
  if (named.length === 1) return named[0]?.pid;
  const picked = await vscode.window.showQuickPick(named.map(item), { placeHolder: `Pick the ${name} to attach to`, matchOnDescription: true });
  return picked?.process.pid;
}

function item(process: Process): vscode.QuickPickItem & { process: Process } {
  return { label: process.name, description: String(process.pid), detail: process.command, process };
}

async function list(): Promise<Process[]> {
  const { file, args } = listCommand(process.platform);
  const { stdout } = await run(file, args);
  const all = process.platform === 'win32' ? parseCim(stdout) : parsePs(stdout);
  return all.filter((p) => p.pid !== process.pid).sort((a, b) => b.pid - a.pid).map(withProgram);
}

function withProgram(p: Process): Process {
  if (process.platform === 'darwin') return { ...p, program: p.command };
  if (process.platform !== 'linux') return p;
  try {
    return { ...p, program: readlinkSync(`/proc/${p.pid}/exe`).replace(/ \(deleted\)$/, '') };
  } catch {
    return p; // another user's, or gone
  }
}

async function ofGo(all: Process[]): Promise<Process[]> {
  const programs = [...new Set(all.flatMap((p) => p.program ?? []))];
  if (programs.length === 0) return [];
  // It fails where one of the files is no Go program, and tells of the others.
  const { stdout } = await run('go', ['version', ...programs]).catch((err: unknown) => err as Partial<Output>);
  const go = parseGoVersion(stdout ?? '');
  return all.filter((p) => p.program !== undefined && go.has(p.program));
}
