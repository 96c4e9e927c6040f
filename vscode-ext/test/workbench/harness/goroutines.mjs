// The Goroutines view: the spawn tree.

import { until } from './until.mjs';

export class Goroutines {
  #wb;
  #pane;
  #rows;

  constructor(wb) {
    this.#wb = wb;
    this.#pane = wb.page.locator('.pane').filter({ has: wb.page.locator('.pane-header[aria-label^="Goroutines"]') });
    this.#rows = this.#pane.locator('.monaco-list-rows > .monaco-list-row');
  }

  /** Gives the view all the room of the side bar. */
  async alone() {
    await this.#wb.onlyPane('Goroutines');
  }

  /** The rows in view, from the top: index, level (from 1), label, description, expanded (undefined: it has no children). */
  async rows() {
    const rows = await this.#rows.evaluateAll((all) => all.map((row) => ({
      index: Number(row.dataset.index),
      level: Number(row.getAttribute('aria-level')),
      label: row.querySelector('.label-name')?.textContent ?? '',
      description: row.querySelector('.label-description')?.textContent ?? '',
      expanded: { true: true, false: false }[row.getAttribute('aria-expanded')],
    })));
    return rows.sort((a, b) => a.index - b.index);
  }

  /** Waits for a row whose label matches, and gives it. */
  row(pattern) {
    return until(`a row ${pattern} in the Goroutines view`, async () => (await this.rows()).find((r) => pattern.test(r.label)));
  }

  element(row) {
    return this.#pane.locator(`.monaco-list-rows > .monaco-list-row[data-index="${row.index}"]`);
  }

  /** Clicks a row, which shows its goroutine in the Call Stack panel. */
  async click(row) {
    await this.element(row).locator('.label-name').click();
  }

  /** Expands a row, and waits for what is below it. */
  async expand(row) {
    if (!row.expanded) await this.element(row).locator('.monaco-tl-twistie').click();
    await until(`what is below ${row.label}`, async () => {
      const rows = await this.rows();
      const at = rows.findIndex((r) => r.label === row.label && r.level === row.level);
      return rows[at + 1]?.level > row.level;
    });
  }

  /** What a screen reader says of a row. */
  spoken(row) {
    return this.element(row).getAttribute('aria-label');
  }

  /** Opens the go statement of a row. */
  async openSite(row) {
    await this.element(row).hover();
    await this.element(row).locator('[aria-label="Open go Statement"]').click();
  }

  /** Types a filter, which then stands beside the title of the view. */
  async filter(text) {
    const input = this.#wb.page.locator('.quick-input-widget input').first();
    const filtered = this.#pane.locator('.pane-header .description').filter({ hasText: text });
    await until(`the filter ${text}`, async () => {
      if (await filtered.isVisible()) return true;
      // The input closes when a view that is being updated takes the focus.
      if (!await input.isVisible()) {
        await this.#pane.hover();
        await this.#pane.locator('[aria-label^="Filter Goroutines"]').click();
      }
      const typed = input.fill(text, { timeout: 5000 }).then(() => input.press('Enter', { timeout: 5000 }));
      return typed.then(() => filtered.waitFor({ timeout: 5000 })).then(() => true, () => false);
    });
    await this.#wb.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** The text that is shown in place of the tree, if any. */
  message(pattern) {
    return this.#pane.locator('.message').filter({ hasText: pattern });
  }
}
