// Ends processes for certain.

import type { ChildProcess } from 'node:child_process';

/**
 * Tells a process to end (SIGTERM), and kills it where it has not done so within
 * grace ms. The returned promise is resolved when it has ended.
 */
export function endProcess(child: ChildProcess, grace: number): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), grace);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill();
  });
}

/** Tells whether a process has ended, or never began. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
