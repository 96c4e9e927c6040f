// The Call Stack panel: threads, and below them frames and separators.

import { until } from './until.mjs';

export class CallStack {
  #wb;
  #list;
  #rows;

  constructor(wb) {
    this.#wb = wb;
    this.#list = wb.page.locator('.debug-call-stack');
    // Not all rows are children: a sticky header has some of them once more.
    this.#rows = this.#list.locator('.monaco-list-rows > .monaco-list-row');
  }

  /** Gives the panel all the room of the side bar. */
  async alone() {
    await this.#wb.onlyPane('Call Stack');
  }

  /**
   * The rows in view, from the top: index in the list, level from 1, kind
   * (session, thread, frame, separator, more), name; of a frame or separator also file
   * and line; of a thread badge ("Paused on breakpoint") and expanded.
   */
  async rows() {
    const rows = await this.#rows.evaluateAll((all) => all.map((row) => {
      const text = (selector) => row.querySelector(selector)?.textContent.trim() ?? '';
      const has = (selector) => row.querySelector(selector) !== null;
      const place = { index: Number(row.dataset.index), level: Number(row.getAttribute('aria-level')), last: row.dataset.lastElement === 'true', selected: row.classList.contains('selected') };
      if (has('.stack-frame')) {
        return {
          ...place,
          kind: has('.stack-frame.label') ? 'separator' : 'frame',
          name: text('.label.expression'), file: text('.file-name'), line: Number(text('.line-number')),
        };
      }
      const expanded = row.getAttribute('aria-expanded') === 'true';
      if (has('.thread')) return { ...place, kind: 'thread', name: text('.thread .name'), badge: text('.state'), expanded };
      if (has('.session')) return { ...place, kind: 'session', name: text('.session .name'), badge: text('.state'), expanded };
      return { ...place, kind: 'more', name: row.textContent.trim() };
    }));
    return rows.sort((a, b) => a.index - b.index);
  }

  /** Waits for a row that matches, and gives it. It has to be in view. */
  row(what, matches) {
    return until(what, async () => (await this.rows()).find(matches));
  }

  thread(pattern) {
    return this.row(`a thread ${pattern}`, (r) => r.kind === 'thread' && pattern.test(r.name));
  }

  frame(pattern) {
    return this.row(`a frame ${pattern}`, (r) => r.kind === 'frame' && pattern.test(r.name));
  }

  /** The element of a row that rows or one of the others gave. */
  element(row) {
    return this.#list.locator(`.monaco-list-rows > .monaco-list-row[data-index="${row.index}"]`);
  }

  async click(row) {
    await this.element(row).click();
  }

  /** Picks an entry of a row's context menu. */
  async menu(row, entry) {
    await this.element(row).click({ button: 'right' });
    const item = this.#wb.page.locator('.monaco-menu .action-item').filter({ hasText: entry }).first();
    await item.waitFor();
    await until(`${entry} to be picked`, async () => {
      // A menu that has just been opened takes no click.
      await item.click({ timeout: 5000 }).catch(() => undefined);
      return item.waitFor({ state: 'hidden', timeout: 1000 }).then(() => true, () => false);
    });
  }

  /** Expands a thread. */
  async expand(thread) {
    if (!thread.expanded) await this.element(thread).locator('.monaco-tl-twistie').click();
    await this.row(`${thread.name} to be expanded`, (r) => r.index === thread.index && r.expanded);
  }

  /**
   * The whole stacks of the threads whose name matches, from the top, as the fixture
   * programs' expectations have them: goes down the list once, expands the threads, and
   * loads what is left out.
   */
  async stacks(pattern = /./) {
    let rows = await this.#inView('the top of the call stack', 0, -2000);
    const stacks = [];
    let wanted = false;
    for (let i = 0; ;) {
      if (!rows.some((r) => r.index === i)) rows = await this.#inView(`row ${i} of the call stack`, i, 400);
      const row = rows.find((r) => r.index === i);
      if (row.kind === 'thread') {
        wanted = pattern.test(row.name);
        if (wanted) {
          await this.expand(row);
          rows = await this.#inView(`frames of ${row.name}`, i + 1, 200, (r) => r.level > row.level);
          stacks.push([]);
        }
      } else if (row.kind === 'more' && wanted) {
        await this.click(row);
        rows = await this.#inView(`what stands behind ${row.name}`, i, 0, (r) => r.kind !== 'more' || r.name !== row.name);
        continue; // with what is there now
      } else if (wanted) {
        stacks.at(-1).push(line(row));
      }
      if (row.last && !(row.kind === 'thread' && wanted)) return stacks;
      i++;
    }
  }

  // The rows in view, once that with this index is among them, and is as wanted.
  #inView(what, index, by, wanted = () => true) {
    return this.#scroll(what, by, (rows) => rows.some((r) => r.index === index && wanted(r)));
  }

  // Turns the mouse wheel until the rows in view, which it gives, are those that are
  // looked for. Each turn is seen before the next.
  #scroll(what, by, found) {
    let before = '';
    return until(what, async () => {
      const rows = await this.rows();
      if (found(rows)) return rows;
      const now = JSON.stringify(rows);
      if (now !== before) {
        await this.#list.hover();
        await this.#wb.page.mouse.wheel(0, by);
      }
      before = now;
      return false;
    });
  }
}

// line writes a row as the comparison of fixture.mjs has it.
function line(row) {
  if (row.kind === 'separator') return { Sep: row.name.replace(/^[─\s]+|[─\s]+$/g, '') };
  return { Func: row.name, File: row.file || '<autogenerated>', Line: row.line, Short: true };
}
