// Shows all goroutines of a program as text, in an editor tab that cannot be
// changed, with links to the source.

import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';

import { findPlaces } from './places';

const scheme = 'dlvx-dump';

export class Dumps implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private made = 0;
  private readonly disposables = [
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    vscode.languages.registerDocumentLinkProvider({ scheme }, this),
    vscode.workspace.onDidCloseTextDocument((d) => this.texts.delete(d.uri.toString())),
  ];

  /** Opens a tab. */
  async show(name: string, text: string): Promise<void> {
    this.made++;
    const uri = vscode.Uri.from({ scheme, path: `/${name} ${this.made}.txt` });
    this.texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const exists = new Map<string, boolean>();
    return findPlaces(document.getText()).flatMap((p) => {
      if (!path.isAbsolute(p.file)) return [];
      if (!exists.has(p.file)) exists.set(p.file, existsSync(p.file));
      if (exists.get(p.file) !== true) return [];
      const range = new vscode.Range(document.positionAt(p.start), document.positionAt(p.end));
      return [new vscode.DocumentLink(range, vscode.Uri.file(p.file).with({ fragment: `L${p.line}` }))];
    });
  }

  dispose(): void {
    for (const d of this.disposables) d.dispose();
  }
}
