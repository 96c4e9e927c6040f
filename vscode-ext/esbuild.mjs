// Bundles the extension into dist/, or, with the argument "test", each unit
// test into out/test/, with the module vscode replaced by the tests' own.
import { build } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

if (process.argv[2] === 'test') {
  rmSync('out', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: readdirSync('test/unit').filter((f) => f.endsWith('.test.ts')).map((f) => `test/unit/${f}`),
    outdir: 'out/test',
    sourcemap: 'inline',
    alias: { vscode: './test/unit/vscode.ts' },
  });
} else {
  rmSync('dist', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ['src/extension.ts'],
    outdir: 'dist',
    external: ['vscode'],
    minify: true,
    sourcemap: process.argv[2] === 'dev' && 'inline',
  });
}
