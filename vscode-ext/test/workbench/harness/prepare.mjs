// What all scenarios need and is made once: dlvx, the helper that knows the
// fixture programs, and the extension, packaged and installed as by a user.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const extension = path.join(import.meta.dirname, '../../..');
const repository = path.join(extension, '..');

/**
 * Builds everything into a new folder. The answer names a file with the paths (see
 * tools.mjs), has them as an object too, and a function that removes the folder but
 * for the artifacts, if there are any.
 */
export function prepare() {
  const installed = workbench();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'dlvx-workbench-'));
  const bin = path.join(dir, 'bin');
  const tools = {
    repository,
    node: process.execPath,
    server: path.join(installed, 'server/out/server-main.js'),
    modules: installed,
    bin,
    compare: path.join(dir, 'compare'),
    extensions: path.join(dir, 'extensions'),
    artifacts: path.join(dir, 'artifacts'),
  };
  fs.mkdirSync(tools.artifacts);
  run('go', ['build', '-o', path.join(bin, 'dlvx'), './cmd/dlvx'], repository);
  run('go', ['build', '-o', tools.compare, './internal/fixture/compare'], repository);

  const vsix = path.join(dir, 'dlvx.vsix');
  run('npm', ['run', '--silent', 'package', '--', '--out', vsix], extension);
  run(tools.node, [tools.server, '--accept-server-license-terms', '--extensions-dir', tools.extensions,
    '--server-data-dir', path.join(dir, 'installer'), '--install-extension', vsix], dir);

  const file = path.join(dir, 'tools.json');
  fs.writeFileSync(file, JSON.stringify(tools, null, 2));
  const remove = () => {
    for (const name of fs.readdirSync(dir)) {
      if (name !== 'artifacts') fs.rmSync(path.join(dir, name), { recursive: true, force: true });
    }
    if (!fs.readdirSync(tools.artifacts).length) fs.rmSync(dir, { recursive: true });
  };
  return { file, tools, remove };
}

// workbench is the folder that install.mjs made: this very Node is out of it.
function workbench() {
  const marker = `${path.sep}node_modules${path.sep}`;
  const dir = process.execPath.slice(0, process.execPath.indexOf(marker));
  if (!process.execPath.includes(marker) || !fs.existsSync(path.join(dir, 'server/out/server-main.js'))) {
    throw new Error(`${process.execPath} is not the Node of the installed workbench: run .ci/workbench`);
  }
  return dir;
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
