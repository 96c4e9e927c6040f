// Finds the dlvx program.

import type { PlatformPath } from 'node:path';

/** What the search asks of the machine. */
export interface Machine {
  windows: boolean;
  path: PlatformPath;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** Whether there is a program by this absolute path. */
  isProgram: (file: string) => boolean;
  /** What `go env NAME` says; empty where there is no Go. */
  goEnv: (name: string) => Promise<string>;
}

/** A dlvx that was asked for by its path, and is not there. */
export class NotThere extends Error {}

/**
 * Returns the path of dlvx: the one that was asked for, else the first in PATH,
 * GOBIN, and bin in each entry of GOPATH, undefined where there is none.
 */
export async function findDlvx(asked: string | undefined, m: Machine): Promise<string | undefined> {
  if (asked !== undefined && asked !== '') {
    const file = expandHome(asked, m);
    const found = m.path.isAbsolute(file) ? candidates(file, m).find(m.isProgram) : inFolders(envPath(m), file, m);
    if (found === undefined) throw new NotThere(`there is no program ${asked}`);
    return found;
  }
  return findTool('dlvx', m) ?? await inGoFolders('dlvx', m);
}

/** Returns the path of a program in PATH. */
export function findTool(name: string, m: Machine): string | undefined {
  return inFolders(envPath(m), name, m);
}

/** Replaces a leading ~ by the home folder. */
export function expandHome(file: string, m: Pick<Machine, 'home' | 'path'>): string {
  return /^~(?=$|[/\\])/.test(file) ? m.path.join(m.home, file.slice(1)) : file;
}

async function inGoFolders(name: string, m: Machine): Promise<string | undefined> {
  const go = async (variable: string) => m.env[variable] ?? await m.goEnv(variable);
  const bin = await go('GOBIN');
  const inBin = bin === '' ? undefined : inFolders([bin], name, m);
  if (inBin !== undefined) return inBin;
  // Go's default, where neither it nor the environment says.
  const gopath = await go('GOPATH') || m.path.join(m.home, 'go');
  return inFolders(gopath.split(m.path.delimiter).map((dir) => m.path.join(dir, 'bin')), name, m);
}

function envPath(m: Machine): string[] {
  // Windows has it as Path.
  const name = Object.keys(m.env).find((k) => k.toUpperCase() === 'PATH') ?? 'PATH';
  return (m.env[name] ?? '').split(m.path.delimiter).filter((dir) => dir !== '');
}

function inFolders(folders: string[], name: string, m: Machine): string | undefined {
  return folders.flatMap((dir) => candidates(m.path.join(dir, name), m)).find(m.isProgram);
}

function candidates(file: string, m: Machine): string[] {
  return m.windows && !/\.(exe|cmd|bat)$/i.test(file) ? [`${file}.exe`] : [file];
}
