// A machine and a file system for the tests of resolving and finding.

import { posix, win32 } from 'node:path';

import type { Machine } from '../../src/binary';
import type { World } from '../../src/launch';

/** A file system made of the paths of its files. */
export function world(os: 'linux' | 'windows', folder: string | undefined, files: Record<string, string>, more: Partial<World> = {}): World {
  const path = os === 'windows' ? win32 : posix;
  const dirs = new Set<string>();
  for (const file of Object.keys(files)) {
    for (let d = path.dirname(file); !dirs.has(d); d = path.dirname(d)) dirs.add(d);
  }
  return {
    path,
    home: os === 'windows' ? 'C:\\Users\\me' : '/home/me',
    folder,
    env: {},
    toolsEnv: {},
    hasGo: true,
    kind: (f) => f in files ? 'file' : dirs.has(f) ? 'folder' : undefined,
    list: (d) => Object.keys(files).filter((f) => path.dirname(f) === d).map((f) => path.basename(f)),
    read(f) {
      const text = files[f];
      if (text === undefined) throw new Error(`ENOENT: no such file ${f}`);
      return text;
    },
    ...more,
  };
}

export function machine(os: 'linux' | 'windows', programs: string[], env: Record<string, string> = {}, goEnv: Record<string, string> = {}): Machine {
  return {
    windows: os === 'windows',
    path: os === 'windows' ? win32 : posix,
    env,
    home: os === 'windows' ? 'C:\\Users\\me' : '/home/me',
    isProgram: (f) => programs.includes(f),
    goEnv: (name) => Promise.resolve(goEnv[name] ?? ''),
  };
}
