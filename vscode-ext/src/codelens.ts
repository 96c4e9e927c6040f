// Says over each go statement, while the program stands still, what became of
// the goroutines that it made.

import * as vscode from 'vscode';

import type { Goroutine, Site } from './protocol';
import type { Sessions } from './sessions';
import { count, goroutineDescription, goroutineLabel, siteFilter, siteTitle } from './texts';

/** How many goroutines of a go statement are listed. */
const listed = 200;

export class SiteLenses implements vscode.CodeLensProvider {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: Pick<vscode.Disposable, 'dispose'>[];

  constructor(private readonly sessions: Sessions, private readonly log: vscode.LogOutputChannel) {
    this.disposables = [
      this.changed,
      vscode.languages.registerCodeLensProvider({ language: 'go', scheme: 'file' }, this),
      sessions.onDidChange(() => { this.changed.fire(); }),
      vscode.workspace.onDidChangeConfiguration((e) => {
        if (e.affectsConfiguration('dlvx.codeLens')) this.changed.fire();
      }),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const session = this.sessions.active;
    if (session === undefined || session.mute !== undefined) return [];
    if (!vscode.workspace.getConfiguration('dlvx', document).get<boolean>('codeLens', true)) return [];
    const path = document.uri.fsPath;
    let sites: Site[];
    try {
      ({ sites } = await session.request('dlvx/sites', { source: { path } }));
    } catch (err) {
      this.log.debug(`go statements of ${path}: ${String(err)}`);
      return [];
    }
    return sites.filter((s) => s.line >= 1 && s.line <= document.lineCount).map((s) => new vscode.CodeLens(
      new vscode.Range(s.line - 1, 0, s.line - 1, 0),
      { title: siteTitle(s), command: 'dlvx.showSite', arguments: [s.source?.path ?? path, s.line] },
    ));
  }

  dispose(): void {
    for (const d of this.disposables) d.dispose();
  }
}

type SiteItem = vscode.QuickPickItem & { goroutine?: Goroutine };

/** Lists the goroutines of a go statement. `all` shows them in the Goroutines view. */
export async function showSite(sessions: Sessions, path: string, line: number, all: (filter: string) => Promise<void>): Promise<void> {
  const session = sessions.active;
  if (session === undefined) return;
  const filter = siteFilter(path, line);
  const { goroutines, total } = await session.request('dlvx/goroutines', { filter, count: listed });
  const more = total > goroutines.length ? `${count(total - goroutines.length)} more are not listed here` : undefined;
  const each: SiteItem[] = goroutines.map((g) => ({ label: goroutineLabel(g), description: goroutineDescription(g), goroutine: g }));
  const view: SiteItem = { label: '$(list-tree) Show in the Goroutines view', ...(more === undefined ? {} : { description: more }), alwaysShow: true };
  // Where it shows more than the list, it is not to be looked for behind that.
  const items = more === undefined ? [...each, view] : [view, ...each];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: `Goroutines made at ${path.replace(/^.*[/\\]/, '')}:${line}; pick one to see its stack`,
    matchOnDescription: true,
  });
  if (picked === undefined) return;
  if (picked.goroutine === undefined) await all(filter);
  else await session.request('dlvx/focus', { goroutine: picked.goroutine.id });
}
