// Finds the test that the cursor is in.

const header = /^func\s+(\([^)]*\)\s*)?((Test|Benchmark|Fuzz|Example)\w*)\s*\(/;

/**
 * Returns the arguments with which a test binary runs the test function around
 * a line (0 is the first), and its name; undefined where that is in no test. It
 * goes by the lines that begin in the first column, as gofmt leaves them.
 */
export function testAt(text: string, line: number): { name: string; args: string[] } | undefined {
  const lines = text.split(/\r?\n/);
  for (let i = Math.min(line, lines.length - 1); i >= 0; i--) {
    const [, receiver, name, kind] = header.exec(lines[i] ?? '') ?? [];
    if (name !== undefined) return { name, args: argsOf(name, kind, receiver !== undefined, text) };
    // The end, or the beginning, of something that is no test.
    if (/^func\b/.test(lines[i] ?? '') || (i < line && (lines[i] ?? '').startsWith('}'))) return undefined;
  }
  return undefined;
}

function argsOf(name: string, kind: string | undefined, method: boolean, text: string): string[] {
  if (method) return text.includes('stretchr/testify/suite') ? ['-testify.m', `^${name}$`] : [];
  if (kind === 'Benchmark') return ['-test.run', '^$', '-test.bench', `^${name}$`];
  return ['-test.run', `^${name}$`];
}
