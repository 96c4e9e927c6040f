// The machine that the extension runs on, as finding and running tools sees it.

import { type ExecFileException, execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';

import { type Machine, findTool } from './binary';

export interface Output {
  stdout: string;
  stderr: string;
}

/** Runs a program and returns what it printed. Where it fails, the error has that, too. */
export function run(file: string, args: string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    const done = (err: ExecFileException | null, stdout: string, stderr: string) => {
      if (err === null) resolve({ stdout, stderr });
      else reject(Object.assign<Error, Output>(err, { stdout, stderr }));
    };
    execFile(file, args, { windowsHide: true, maxBuffer: 64 << 20 }, done);
  });
}

export const machine: Machine = {
  windows: process.platform === 'win32',
  path,
  env: process.env,
  home: homedir(),
  isProgram(file) {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  },
  async goEnv(name) {
    try {
      return (await run('go', ['env', name])).stdout.trim();
    } catch {
      return '';
    }
  },
};

export function hasGo(): boolean {
  return findTool('go', machine) !== undefined;
}
