// Runs the end-to-end test, by the Node that install.mjs has put in place:
// .ci/workbench says how. It builds dlvx, and the helper that knows the fixture
// programs, packages the extension, installs the package as a user does, and runs the
// scenarios. What a failed scenario leaves is in the folder that is printed.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { prepare } from './harness/prepare.mjs';

const here = import.meta.dirname;
const own = ['--bench', '--update-images'];
const asked = process.argv.slice(2);
const rest = asked.filter((a) => !own.includes(a));

function command() {
  if (asked.includes('--bench')) return [path.join(here, 'bench.mjs'), ...rest];
  const named = rest.filter((a) => !a.startsWith('--'));
  const dir = path.join(here, 'scenarios');
  const all = fs.readdirSync(dir).filter((n) => n.endsWith('.test.mjs')).sort().map((n) => path.join(dir, n));
  const flags = rest.filter((a) => a.startsWith('--'));
  return ['--test', '--test-reporter=spec', '--test-concurrency=2', ...flags, ...(named.length ? named.map((n) => path.join(dir, path.basename(n))) : all)];
}

const { file, tools, remove } = prepare();
const env = { ...process.env, DLVX_WORKBENCH_TOOLS: file };
if (asked.includes('--update-images')) env.DLVX_WORKBENCH_IMAGES = path.join(here, '../../images');
const run = spawnSync(process.execPath, command(), { env, stdio: 'inherit' });
if (fs.readdirSync(tools.artifacts).length) console.log(`what failed scenarios left: ${tools.artifacts}`);
remove();
process.exit(run.status ?? 1);
