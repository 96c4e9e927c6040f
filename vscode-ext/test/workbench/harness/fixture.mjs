// The fixture programs and what they expect, by way of internal/fixture.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { tools } from './tools.mjs';

/** Reads a program: Name, Dir, Package, Test, Args, Env, Stop, StopAt, Markers ({File, Line} by name). */
export function load(name) {
  const dir = path.join(tools.repository, 'testdata/progs', name);
  return JSON.parse(compare('show', dir).stdout);
}

/**
 * Compares stacks with what the program expects: that of the goroutine that
 * stopped (null after a pause), and those of all goroutines. "" or a report.
 */
export function diff(program, stopped, all = []) {
  return compare('diff', program.Dir, { Stopped: stopped, All: all }).stdout;
}

/** A launch configuration that runs the program as its directives say. */
export function launch(program, extra = {}) {
  return {
    name: program.Name, type: 'dlvx', request: 'launch', mode: program.Test ? 'test' : 'debug',
    program: path.join(program.Dir, program.Package), args: program.Args ?? [],
    env: Object.fromEntries((program.Env ?? []).map((e) => e.split(/=(.*)/s).slice(0, 2))),
    ...extra,
  };
}

/**
 * Makes a module of its own below home, for what no program of the repository shows, with
 * a launch.json that debugs its package main. The answer is what a scenario opens.
 */
export function own(home, files) {
  const folder = path.join(home, 'own');
  const launch = { version: '0.2.0', configurations: [{ name: 'own', type: 'dlvx', request: 'launch', mode: 'debug', program: '${workspaceFolder}' }] };
  fs.mkdirSync(path.join(folder, '.vscode'), { recursive: true });
  fs.writeFileSync(path.join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  fs.writeFileSync(path.join(folder, 'go.mod'), 'module own\n\ngo 1.25\n');
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return { folder, file: 'main.go' };
}

function compare(verb, dir, input) {
  const run = spawnSync(tools.compare, [verb, dir], { input: input && JSON.stringify(input), encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status > 1) throw new Error(run.stderr);
  return run;
}
