// The paths that prepare.mjs has made, for the scenarios.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const file = process.env.DLVX_WORKBENCH_TOOLS;
if (!file) throw new Error('no workbench is prepared: run .ci/workbench, with the scenario as its argument');

/** Paths: repository, node, server, modules, bin, compare, extensions, artifacts. */
export const tools = JSON.parse(fs.readFileSync(file, 'utf8'));

/** Where images for the docs go, or undefined: they are not to be written. */
export const images = process.env.DLVX_WORKBENCH_IMAGES;

/** Playwright, out of the installed workbench's folder. */
export const playwright = createRequire(path.join(tools.modules, 'package.json'))('playwright-core');
