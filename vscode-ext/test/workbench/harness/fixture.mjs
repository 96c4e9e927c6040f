// The fixture programs and what they expect, by way of internal/fixture.

import { spawnSync } from 'node:child_process';
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

function compare(verb, dir, input) {
  const run = spawnSync(tools.compare, [verb, dir], { input: input && JSON.stringify(input), encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status > 1) throw new Error(run.stderr);
  return run;
}
