// The Variables panel: scopes, and below them variables.

import { until } from './until.mjs';

export class Variables {
  #wb;
  #rows;

  constructor(wb) {
    this.#wb = wb;
    this.#rows = wb.page.locator('.debug-variables .monaco-list-rows > .monaco-list-row');
  }

  /** The rows in view: "Locals", or "item: \"book\"". */
  rows() {
    return this.#rows.evaluateAll((all) => all
      .sort((a, b) => a.dataset.index - b.dataset.index)
      .map((row) => row.textContent.trim()));
  }

  /** Waits until a row in view matches, and gives its text. */
  row(pattern) {
    return until(`a variable ${pattern}`, async () => (await this.rows()).find((text) => pattern.test(text)));
  }
}
