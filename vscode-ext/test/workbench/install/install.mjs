// Installs what the end-to-end test runs in, and prints the folder:
//
//	node install.mjs
//
// It is Code-OSS's workbench server out of the npm package code-server, the Node
// that it needs, and Playwright, in a folder of the user's cache that is named
// by the content of this folder: a change of a version is a new folder. The
// folder is made under another name and then renamed, so that one that exists
// is whole. Chromium is the system's: .ci/workbench installs it.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const inputs = ['install.mjs', 'spdlog.cjs', 'package.json', 'package-lock.json'];

const codeServer = {
  name: 'code-server',
  version: '4.139.1',
  sha512: 'fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};

// The built-in extensions that a debug session shows anything of.
const builtin = new Set([
  'configuration-editing', 'go', 'json', 'json-language-features',
  'theme-defaults', 'theme-modern-icons', 'theme-seti',
]);

const making = 'making-';
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'dlvx-workbench');
const dir = path.join(cache, key());
if (!fs.existsSync(dir)) install();
console.log(dir);

function key() {
  const hash = createHash('sha256');
  for (const name of inputs) hash.update(fs.readFileSync(path.join(here, name)));
  return hash.digest('hex').slice(0, 16);
}

function install() {
  fs.mkdirSync(cache, { recursive: true });
  removeKilled();
  const tmp = fs.mkdtempSync(path.join(cache, making));
  try {
    for (const name of inputs) fs.copyFileSync(path.join(here, name), path.join(tmp, name));
    // Without the packages' own scripts: they compile what comes compiled, or
    // download. The server does without the rest.
    npm(tmp, 'ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund');
    fs.copyFileSync(path.join(tmp, 'spdlog.cjs'), path.join(tmp, 'node_modules/@vscode/spdlog/index.js'));
    unpackServer(tmp);
    fs.renameSync(tmp, dir);
  } catch (err) {
    fs.rmSync(tmp, { recursive: true, force: true });
    // Another run may have been faster, which is as good.
    if (!fs.existsSync(dir)) throw err;
  }
}

// removeKilled removes what installs have left that were killed: any that is
// older than an hour.
function removeKilled() {
  for (const name of fs.readdirSync(cache).filter((n) => n.startsWith(making))) {
    const left = path.join(cache, name);
    if (Date.now() - fs.statSync(left).mtimeMs > 3_600_000) fs.rmSync(left, { recursive: true, force: true });
  }
}

function unpackServer(tmp) {
  const { name, version, sha512 } = codeServer;
  npm(tmp, 'pack', `${name}@${version}`);
  const tarball = path.join(tmp, `${name}-${version}.tgz`);
  const got = createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (got !== sha512) throw new Error(`${name}@${version} is not the package that the test was written with: sha512 ${got}, want ${sha512}`);
  const server = path.join(tmp, 'server');
  fs.mkdirSync(server);
  execFileSync('tar', ['xzf', tarball, '--strip-components=3', '-C', server, 'package/lib/vscode'], { stdio: 'inherit' });
  fs.rmSync(tarball);
  fs.symlinkSync('../node_modules', path.join(server, 'node_modules'));

  const extensions = path.join(server, 'extensions');
  for (const e of fs.readdirSync(extensions)) {
    if (!builtin.has(e)) fs.rmSync(path.join(extensions, e), { recursive: true });
  }
  // Nothing is to ask a gallery, or to offer a chat.
  const product = path.join(server, 'product.json');
  const { extensionsGallery, defaultChatAgent, ...rest } = JSON.parse(fs.readFileSync(product, 'utf8'));
  fs.writeFileSync(product, JSON.stringify(rest));
}

function npm(cwd, ...args) {
  // What npm says goes to stderr: stdout is the folder.
  execFileSync('npm', ['--loglevel=error', ...args], { cwd, stdio: ['ignore', 2, 2] });
}
