// The Debug Console.

export class DebugConsole {
  #page;
  #view;

  constructor(wb) {
    this.#page = wb.page;
    this.#view = wb.page.locator('.repl');
  }

  /** The element of a line in view that matches. */
  line(pattern) {
    return this.#view.locator('.monaco-list-row').filter({ hasText: pattern }).first();
  }

  /** Waits for a line that matches. */
  async shows(pattern) {
    await this.line(pattern).waitFor();
  }

  /** Evaluates an expression. */
  async evaluate(text) {
    await this.#view.locator('.repl-input-wrapper .monaco-editor').first().click();
    await this.#page.keyboard.type(text);
    await this.#page.keyboard.press('Enter');
  }
}
