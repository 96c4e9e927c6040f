// Makes of a configuration in launch.json what is sent to dlvx: absolute paths,
// one environment, lists of arguments. What cannot work is said here, before
// anything is started.

import type { PlatformPath } from 'node:path';

import { splitArgs } from './args';
import { expandHome } from './binary';
import { type Env, readEnvFiles } from './envfile';
import { substitute } from './variables';

/** A configuration, with variables replaced. Its values may be anything. */
export interface Config {
  type: string;
  name: string;
  request: string;
  [attribute: string]: unknown;
}

/** What resolving asks of the machine and the workspace. */
export interface World {
  path: PlatformPath;
  home: string;
  /** The workspace folder of the configuration. */
  folder?: string | undefined;
  /** The environment of the extension, and what settings add to it; variables in these are not replaced. */
  env: Env;
  toolsEnv: unknown;
  hasGo: boolean;
  kind: (file: string) => 'file' | 'folder' | undefined;
  list: (folder: string) => string[];
  read: (file: string) => string;
}

const launchModes = ['debug', 'test', 'exec', 'core', 'replay'];
const paths = ['cwd', 'dlvCwd', 'output', 'coreFilePath', 'traceDirPath', 'stdinFrom', 'stdoutTo', 'stderrTo'];
const terminals = ['integratedTerminal', 'externalTerminal'];

/** Resolves a configuration. It fails with a sentence that names the attribute. */
export function resolve(config: Config, w: World): Config {
  // An empty path is none.
  const none = ([name, value]: [string, unknown]) => paths.includes(name) && (value === '' || value === null);
  const c = Object.fromEntries(Object.entries(config).filter((e) => !none(e))) as Config;
  checkConsole(c);
  if (c.port !== undefined && !(Number.isInteger(c.port) && Number(c.port) > 0 && Number(c.port) < 65536)) {
    throw new Error(`port: ${JSON.stringify(c.port)} is no port number`);
  }
  for (const name of paths) if (typeof c[name] === 'string') c[name] = absolute(c[name], w);
  resolveEnv(c, w);
  resolveRemotePath(c, w);
  if (c.request === 'attach') return resolveAttach(c);
  if (typeof c.args === 'string') c.args = splitArgs(c.args);
  c.mode ??= 'debug';
  const mode = text(c, 'mode') ?? '';
  if (!launchModes.includes(mode)) throw new Error(`mode: ${JSON.stringify(c.mode)} is none of ${launchModes.join(', ')}`);
  if (c.port === undefined) resolveProgram(c, mode, w);
  const redirected = c.stdoutTo !== undefined || c.stderrTo !== undefined;
  if (['debug', 'test', 'exec'].includes(mode) && !redirected && !terminals.includes(String(c.console))) {
    // So that what the program prints gets into the Debug Console.
    c.outputMode ??= 'remote';
  }
  return c;
}

/** A text attribute: undefined where it is missing or empty. */
export function text(c: Config, name: string): string | undefined {
  const value = c[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Error(`${name}: ${JSON.stringify(value)} is no text`);
  return value;
}

function checkConsole(c: Config): void {
  const console = text(c, 'console') ?? 'internalConsole';
  if (console !== 'internalConsole' && !terminals.includes(console)) {
    throw new Error(`console: ${JSON.stringify(console)} is none of internalConsole, ${terminals.join(', ')}`);
  }
  if (c.asRoot === true && console === 'internalConsole') {
    throw new Error('asRoot: needs "console": "integratedTerminal", for sudo asks for a password there');
  }
}

function absolute(file: string, w: World): string {
  const f = expandHome(file, w);
  if (w.path.isAbsolute(f)) return w.path.normalize(f);
  if (w.folder === undefined) throw new Error(`${file}: no folder is open that this path could be relative to; write an absolute one`);
  return w.path.join(w.folder, f);
}

function resolveEnv(c: Config, w: World): void {
  const files = (typeof c.envFile === 'string' ? [c.envFile] : c.envFile as string[] | undefined) ?? [];
  if (!Array.isArray(files) || !files.every((f) => typeof f === 'string')) throw new Error('envFile: has to be a path, or a list of paths');
  const own = environment('env', c.env);
  const tools = environment('go.toolsEnvVars', w.toolsEnv);
  for (const [name, value] of Object.entries(tools)) tools[name] = value && substitute(value, w);
  const fromFiles = readEnvFiles(files.filter((f) => f !== '').map((f) => absolute(f, w)), { ...w.env, ...tools }, w.read);
  delete c.envFile;
  delete c.env;
  if (c.request === 'launch') c.env = { ...tools, ...fromFiles, ...own };
}

/** Reads names and values. Numbers are values, too; null unsets a variable. */
function environment(what: string, given: unknown): Env {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) throw new Error(`${what}: has to be an object of names and values`);
  return Object.fromEntries(Object.entries(given).map(([name, value]: [string, unknown]) => {
    if (value === null || typeof value === 'string') return [name, value];
    if (typeof value === 'number' || typeof value === 'boolean') return [name, String(value)];
    throw new Error(`${what}: ${name} is ${JSON.stringify(value)}; it has to be a text, or null to unset it`);
  }));
}

// What the Go extension has for its older adapter.
function resolveRemotePath(c: Config, w: World): void {
  const remote = text(c, 'remotePath');
  delete c.remotePath;
  if (remote === undefined || w.folder === undefined || remote === w.folder || c.substitutePath !== undefined) return;
  c.substitutePath = [{ from: w.folder, to: remote }];
}

function resolveAttach(c: Config): Config {
  c.mode ??= 'local';
  if (c.mode === 'remote') {
    if (c.port === undefined) throw new Error('port: is missing; a Delve elsewhere is reached by its host and port');
  } else if (c.mode !== 'local') {
    throw new Error(`mode: ${JSON.stringify(c.mode)} is none of local, remote`);
  }
  if (c.mode === 'remote') return c;
  if (typeof c.processId === 'string') {
    if (!/^\d+$/.test(c.processId)) throw new Error(`processId: ${JSON.stringify(c.processId)} is no process id`);
    c.processId = Number(c.processId);
  }
  if (text(c, 'waitFor') !== undefined) delete c.processId;
  return c;
}

function resolveProgram(c: Config, mode: string, w: World): void {
  if (mode === 'replay') {
    exists(c, 'traceDirPath', w);
    return;
  }
  const given = text(c, 'program');
  if (given === undefined) throw new Error(`program: is missing; mode ${mode} needs it`);
  if (mode === 'core') exists(c, 'coreFilePath', w);
  if (mode === 'core' || mode === 'exec') {
    c.program = absolute(given, w);
    if (exists(c, 'program', w) !== 'file') throw new Error(`program: ${given} is a folder; mode ${mode} needs the binary. To build and debug a package use mode debug`);
    c.cwd ??= w.folder ?? w.path.dirname(String(c.program));
    return;
  }
  if (!w.hasGo) throw new Error('there is no go in PATH, and Go is needed to build the program. Install it from https://go.dev/dl, then restart VS Code');
  if (isImportPath(given) && w.kind(w.path.join(w.folder ?? '', given)) === undefined) {
    // For go to find: of the module of the workspace folder.
    c.dlvCwd ??= w.folder;
    return;
  }
  resolvePackage(c, mode, absolute(given, w), w);
}

/**
 * Resolves a package that is to be built, given by its folder or a file in it.
 * go is run in the package's own folder, so that it finds the module, also where
 * that is reached through a symbolic link.
 */
function resolvePackage(c: Config, mode: string, program: string, w: World): void {
  const kind = w.kind(program);
  if (kind === undefined) throw new Error(`program: there is no ${program}`);
  if (kind === 'file' && !program.endsWith('.go')) {
    throw new Error(`program: ${program} is no Go file. Mode ${mode} needs a package's folder or a .go file; for a binary use mode exec`);
  }
  // Tests are those of a package, never of a file.
  const whole = kind === 'folder' || mode === 'test';
  const folder = kind === 'folder' ? program : w.path.dirname(program);
  if (whole) {
    checkGoFiles(folder, mode, w);
    checkModule(folder, c, w);
  }
  c.dlvCwd ??= folder;
  if (c.dlvCwd !== folder) c.program = whole ? folder : program;
  else c.program = whole ? '.' : `.${w.path.sep}${w.path.basename(program)}`;
  // For tests Delve takes the package's folder, as go test does.
  if (mode === 'debug') c.cwd ??= folder;
}

function checkGoFiles(folder: string, mode: string, w: World): void {
  const files = w.list(folder).filter((f) => f.endsWith('.go'));
  const some = files.some((f) => f.endsWith('_test.go') === (mode === 'test'));
  if (some) return;
  if (mode === 'test') throw new Error(`program: ${folder} has no _test.go files`);
  throw new Error(files.length === 0
    ? `program: ${folder} has no Go files. Open a file of the package to debug, or name its folder in launch.json`
    : `program: ${folder} has only test files; use mode test`);
}

function checkModule(folder: string, c: Config, w: World): void {
  // One that is null is unset.
  if ({ ...w.env, ...c.env as Env }.GO111MODULE === 'off') return;
  for (let dir = folder; ; dir = w.path.dirname(dir)) {
    if (w.kind(w.path.join(dir, 'go.mod')) === 'file') return;
    if (w.path.dirname(dir) === dir) break;
  }
  throw new Error(`program: there is no go.mod in ${folder} or above it. Make one with: go mod init NAME`);
}

function exists(c: Config, name: string, w: World): 'file' | 'folder' {
  const file = text(c, name);
  if (file === undefined) throw new Error(`${name}: is missing; mode ${String(c.mode)} needs it`);
  const kind = w.kind(file);
  if (kind === undefined) throw new Error(`${name}: there is no ${file}`);
  return kind;
}

/** Tells whether a program is named by its import path: example.com/cmd/server. */
function isImportPath(program: string): boolean {
  return /^[a-z0-9][a-z0-9-]*(\.[a-z]{2,})+\//i.test(program);
}
