// A workbench in a browser page, and the parts of it that a debug session shows.

import fs from 'node:fs';
import path from 'node:path';

import { CallStack } from './callstack.mjs';
import { DebugConsole } from './console.mjs';
import { Editor } from './editor.mjs';
import { Goroutines } from './goroutines.mjs';
import { until } from './until.mjs';
import { Variables } from './variables.mjs';

export class Workbench {
  constructor(page, server) {
    this.page = page;
    this.server = server;
    this.callStack = new CallStack(this);
    this.goroutines = new Goroutines(this);
    this.variables = new Variables(this);
    this.editor = new Editor(this);
    this.console = new DebugConsole(this);
    this.toolbar = page.locator('.debug-toolbar');
  }

  /**
   * Opens a folder, with a file at a line (from 1), and the Run and Debug view. With
   * launch configurations it is opened as a workspace that has them: nothing is
   * written into the folder.
   */
  static async open(page, server, { folder, file, line = 1, launch }) {
    const wb = new Workbench(page, server);
    const at = file && path.resolve(folder, file);
    // The extension logs the messages of the session, for those who look into a failure.
    const payload = [['logLevel', 'dlvx.dlvx:trace']];
    if (at) payload.push(['openFile', `vscode-remote://${server.authority}${at}:${line}`], ['gotoLineMode', 'true']);
    const query = new URLSearchParams({ payload: JSON.stringify(payload) });
    if (launch) {
      const workspace = path.join(server.home, `${path.basename(folder)}.code-workspace`);
      fs.writeFileSync(workspace, JSON.stringify({
        folders: [{ path: folder }],
        launch: { version: '0.2.0', configurations: launch },
      }, null, 2));
      query.set('workspace', workspace);
    } else {
      query.set('folder', folder);
    }
    await page.goto(`http://${server.authority}/?${query}`, { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench .part.editor').waitFor();
    await page.locator('.activitybar [aria-label^="Run and Debug"]').first().click();
    if (launch) await page.locator('.start-debug-action-item-label').filter({ hasText: launch[0].name }).waitFor();
    if (at) {
      await wb.editor.atLine(path.basename(at), line);
      // A key that starts debugging does nothing before the debuggers are known. Once
      // Go is known to have breakpoints, they are.
      await wb.editor.offersBreakpoint(line);
    }
    return wb;
  }

  /** Presses F5, and waits until a session has begun. */
  async start() {
    await this.page.keyboard.press('F5');
    await this.toolbar.waitFor();
  }

  /** Presses F5, and waits for the dialog that says why there will be no session. The key may come before the debuggers are known. */
  async startRefused(pattern) {
    const dialog = this.dialog(pattern);
    await until(`a dialog ${pattern}`, async () => {
      if (await dialog.isVisible()) return true;
      await this.page.keyboard.press('F5');
      return dialog.waitFor({ timeout: 5000 }).then(() => true, () => false);
    });
  }

  /** Waits until the program has stopped: the editor marks the line. */
  async stopped() {
    await this.page.locator('.debug-top-stack-frame-line').first().waitFor();
  }

  /** Runs to the program's breakpoint, which is in view. */
  async runTo(line) {
    await this.editor.setBreakpoint(line);
    await this.start();
    await this.stopped();
  }

  /** Presses Pause, and waits until the program stands. */
  async pause() {
    const stands = this.toolbar.locator('.codicon-debug-continue');
    await until('the program to be paused', async () => {
      if (await stands.isVisible()) return true;
      // Before the workbench knows of a thread, the button does nothing.
      await this.toolbar.locator('.codicon-debug-pause').click({ timeout: 5000 }).catch(() => undefined);
      return stands.waitFor({ timeout: 5000 }).then(() => true, () => false);
    });
  }

  /** Waits until a fixture program that is to be paused says that all its goroutines wait, and pauses it. */
  async pauseWhenReady() {
    await this.console.shows(/ready/);
    await this.pause();
  }

  /** Hides the panel below the editor, which a session opens for the Debug Console. */
  async hidePanel() {
    await this.page.locator('.part.panel').waitFor();
    await this.page.keyboard.press('Control+J');
    await this.page.locator('.part.panel').waitFor({ state: 'hidden' });
  }

  /** Drags the border of the side bar to this many pixels from the left. */
  async widenSideBar(width) {
    const { mouse } = this.page;
    const side = await this.page.locator('.part.sidebar').boundingBox();
    await mouse.move(side.x + side.width, side.y + side.height / 2);
    await mouse.down();
    await mouse.move(width, side.y + side.height / 2, { steps: 5 });
    await mouse.up();
  }

  /** Presses Continue; where the program goes on to run, waits until it does. */
  async continue(runs = true) {
    await this.toolbar.locator('.codicon-debug-continue').click();
    if (runs) await this.toolbar.locator('.codicon-debug-pause').waitFor();
  }

  async restart() {
    await this.toolbar.locator('.codicon-debug-restart').click();
  }

  /** Ends the session as a user does, and waits until it has. */
  async stop() {
    await this.page.keyboard.press('Shift+F5');
    await this.ended();
  }

  /** Waits until there is no session, and no dlvx. */
  async ended() {
    await this.toolbar.waitFor({ state: 'hidden' });
    await until('dlvx to end', () => this.server.dlvx().length === 0);
  }

  /** Runs a command of the palette by its title, such as "dlvx: Dump All Goroutines". */
  async command(title) {
    const input = this.page.locator('.quick-input-widget input').first();
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await until(`the command ${title} in the palette`, async () => {
      // A palette that is just about to close takes the key for itself, and one that is
      // open closes when a view that is being updated takes the focus.
      if (!await input.isVisible()) await this.page.keyboard.press('F1');
      const picked = input.fill(`>${title}`, { timeout: 5000 }).then(() => row.click({ timeout: 5000 }));
      return picked.then(() => true, () => false);
    });
    await input.waitFor({ state: 'hidden' });
  }

  /** The notification that matches. */
  notification(pattern) {
    return this.page.locator('.notification-list-item').filter({ hasText: pattern }).first();
  }

  /** The dialog that matches. */
  dialog(pattern) {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: pattern }).first();
  }

  /** Collapses all panes of the side bar but one, which is expanded. */
  async onlyPane(title) {
    const headers = this.page.locator('.part.sidebar .pane-header');
    for (const header of await headers.all()) {
      const expanded = (await header.locator('.title').first().innerText()).trim().toLowerCase() === title.toLowerCase();
      if ((await header.getAttribute('aria-expanded') === 'true') === expanded) continue;
      await header.locator('.title').first().click(); // not what stands beside it
      await until(`the pane ${title} alone`, async () => (await header.getAttribute('aria-expanded') === 'true') === expanded);
    }
  }
}
