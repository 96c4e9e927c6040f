// Reads and compares versions of dlvx.

/** The oldest dlvx that this extension works with. */
export const needed = '0.1.0';

/** Reads the first line of `dlvx version`: "dlvx v0.2.0 (go1.26.8 linux/amd64)". */
export function parseVersion(output: string): string | undefined {
  return /^dlvx (\S+)/m.exec(output)?.[1];
}

/**
 * Tells whether a version is older than another one. Versions of a build from
 * sources, (devel) and v0.0.0-20260131…, are older than none: nobody knows.
 */
export function older(version: string, than: string): boolean {
  const a = numbers(version);
  const b = numbers(than);
  if (a === undefined || b === undefined || a.every((n) => n === 0)) return false;
  for (let i = 0; i < 3; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d < 0;
  }
  return false;
}

function numbers(version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}
