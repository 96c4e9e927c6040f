// The active editor: where the cursor is, breakpoints, CodeLens.

import assert from 'node:assert/strict';

import { until } from './until.mjs';

export class Editor {
  #page;
  #editor;

  constructor(wb) {
    this.#page = wb.page;
    this.#editor = this.#page.locator('.editor-group-container.active .editor-instance');
  }

  /** Waits until the active editor shows this file (its base name), with the cursor on this line. */
  async atLine(file, line) {
    await this.tab(file).waitFor();
    await this.#editor.locator('.active-line-number').filter({ hasText: new RegExp(`^${line}$`) }).first().waitFor();
  }

  /** Turns to the tab with this title. */
  async show(title) {
    await this.#page.locator('.tab').filter({ hasText: title }).first().click();
  }

  /** The tab of the active editor, if it has this title. */
  tab(title) {
    return this.#page.locator('.tab.active').filter({ hasText: title }).first();
  }

  /** Clicks beside the number of a line that is in view, as a user does to set a breakpoint. */
  async setBreakpoint(line) {
    await this.offersBreakpoint(line);
    await this.#page.mouse.down();
    await this.#page.mouse.up();
    await this.#editor.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
  }

  /** Points beside the number of a line that is in view, until the margin offers to set a breakpoint. */
  async offersBreakpoint(line) {
    const number = this.#editor.locator('.margin .line-numbers').filter({ hasText: new RegExp(`^${line}$`) }).first();
    const margin = await this.#editor.locator('.margin').first().boundingBox();
    await until(`a breakpoint to be offered at line ${line}`, async () => {
      const at = await number.boundingBox();
      await this.#page.mouse.move(margin.x + margin.width + 50, at.y);
      await this.#page.mouse.move(margin.x + 8, at.y + at.height / 2);
      return this.#editor.locator('.codicon-debug-hint').isVisible();
    });
  }

  /** Waits for text in view, and gives all the text that is: lines, without their ends. */
  async lines(pattern) {
    const view = this.#editor.locator('.view-lines').first();
    await view.filter({ hasText: pattern }).waitFor();
    const lines = await view.locator('.view-line').evaluateAll((rows) => rows
      .map((row) => ({ top: parseFloat(row.style.top), text: row.textContent }))
      .sort((a, b) => a.top - b.top)
      .map((row) => row.text.replaceAll('\u00a0', ' ').trimEnd()));
    assert.ok(lines.length > 0);
    return lines;
  }

  /** Those CodeLenses in view that have this text. */
  codeLens(pattern) {
    return this.#editor.locator('.codelens-decoration').filter({ hasText: pattern, visible: true });
  }

  /** Clicks a CodeLens that lists something, and an item of the list. */
  async pickFromCodeLens(pattern, wanted) {
    const lens = this.codeLens(pattern).locator('a').first();
    const item = this.#page.locator('.quick-input-list .monaco-list-row').filter({ hasText: wanted }).first();
    await lens.waitFor();
    await until(`${wanted} in the list of the lens ${pattern}`, async () => {
      // A lens that is just being moved takes no click, and the list closes when a view
      // that is being updated takes the focus.
      if (!await item.isVisible()) await lens.click({ timeout: 5000 }).catch(() => undefined);
      return item.click({ timeout: 5000 }).then(() => true, () => false);
    });
  }
}
