// Runs a scenario: a test with a workbench of its own.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { chromium } from './browser.mjs';
import { Server } from './server.mjs';
import { images, tools } from './tools.mjs';
import { hang, until } from './until.mjs';
import { Workbench } from './workbench.mjs';

// All scenarios of a file share one.
let browser;

after(async () => { await browser?.close(); });

/**
 * Defines a test. Where is what Workbench.open is to open, with settings and env for the
 * server besides; where that has to be made first, make(home), which may take its time, makes it in a folder that is
 * removed afterwards, and returns it. The body gets the workbench; a session that it
 * leaves is ended, and has to end.
 */
export function scenario(name, where, body) {
  test(name, { timeout: 5 * hang }, async () => {
    const server = await Server.start(where.settings, where.env);
    browser ??= await chromium();
    const context = await browser.newContext({
      viewport: where.viewport ?? { width: 1400, height: 1600 }, permissions: ['clipboard-read', 'clipboard-write'],
    });
    const lines = [];
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(hang);
      page.on('console', (m) => lines.push(`${m.type()}: ${m.text()}`));
      page.on('pageerror', (err) => lines.push(`pageerror: ${err.stack}`));
      try {
        const wb = await Workbench.open(page, server, await where.make?.(server.home) ?? where);
        await body(wb);
        if (await wb.toolbar.isVisible()) await wb.stop();
        await until('no process to be left', () => server.dlvx().length === 0);
      } catch (err) {
        console.log(`${name}: see ${await keep(name, page, server, lines)}`);
        throw err;
      }
    } finally {
      await context.close();
      await server.stop();
    }
  });
}

// keep saves what tells why a scenario failed.
async function keep(name, page, server, lines) {
  const dir = path.join(tools.artifacts, name.replace(/\W+/g, '-'));
  fs.mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: path.join(dir, 'screen.png') }).catch((err) => { lines.push(`no screenshot: ${err.message}`); });
  fs.writeFileSync(path.join(dir, 'console.log'), lines.join('\n'));
  fs.writeFileSync(path.join(dir, 'processes.log'), server.children().map((p) => `${p.pid} ${p.parent} ${p.command}`).join('\n'));
  fs.cpSync(server.log, path.join(dir, 'server.log'));
  const logs = path.join(server.home, 'data/logs');
  if (fs.existsSync(logs)) fs.cpSync(logs, path.join(dir, 'logs'), { recursive: true });
  return dir;
}

/** Takes a picture for the docs, if pictures are to be taken. */
export async function image(wb, name, clip) {
  if (!images) return;
  fs.mkdirSync(images, { recursive: true });
  await wb.page.screenshot({ path: path.join(images, name), clip });
}

/** Fails with the report of fixture.diff, if there is any. */
export function same(report) {
  assert.equal(report, '', `the panel differs from what the program expects:\n${report}`);
}
