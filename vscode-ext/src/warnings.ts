// Lists in the Problems panel what programs in debug mode warn of.

import * as vscode from 'vscode';

import { brief } from './texts';

interface Frame { func: string; file: string; line: number }

/** The body of the event dlvx/warning, see docs/protocol.md; fields that are not used here are left out. */
interface Warning {
  kind: string;
  message: string;
  where?: Frame;
  mid?: Frame[];
  segments?: { goroutine: number; frames: Frame[] }[];
}

/** What is told in the Debug Console only: no problem, or of no place. */
const told = ['dump', 'rest', 'summary'];

/**
 * The problems stay when the program has ended, and go when the next one begins in
 * debug mode.
 */
export class Warnings implements vscode.Disposable {
  private readonly problems = vscode.languages.createDiagnosticCollection('dlvx');
  private readonly disposables: Pick<vscode.Disposable, 'dispose'>[] = [
    this.problems,
    vscode.debug.onDidStartDebugSession((s) => {
      if (s.configuration.debugMode) this.problems.clear();
    }),
    vscode.debug.onDidReceiveDebugSessionCustomEvent((e) => {
      if (e.event === 'dlvx/warning') this.add(e.body as Warning);
    }),
  ];

  private add(w: Warning): void {
    if (w.where === undefined || told.includes(w.kind)) return;
    const line = Math.max(w.where.line - 1, 0);
    // Of such a range VS Code takes the text of the line.
    const problem = new vscode.Diagnostic(new vscode.Range(line, 0, line, Number.MAX_VALUE), w.message, vscode.DiagnosticSeverity.Warning);
    problem.source = 'dlvx';
    problem.code = w.kind;
    problem.relatedInformation = related(w);
    const uri = vscode.Uri.file(w.where.file);
    // What goes on is told again and again.
    const others = (this.problems.get(uri) ?? []).filter((p) => !(p.code === w.kind && w.kind === 'slow' && p.range.start.line === line));
    this.problems.set(uri, [...others, problem]);
  }

  dispose(): void {
    for (const d of this.disposables) d.dispose();
  }
}

/** The logical stack, a clickable line for each frame that has a file; without what runs all tests. */
function related(w: Warning): vscode.DiagnosticRelatedInformation[] {
  const [own, ...spawners] = w.segments ?? [];
  while (spawners.length > 0 && spawners.at(-1)?.frames.every(runsTests) === true) spawners.pop();
  const lines = (w.mid ?? own?.frames ?? []).map((f) => ({ f, text: brief(f.func) }));
  for (const s of spawners) {
    const by = s.goroutine > 0 ? `created by goroutine ${s.goroutine}` : 'created by';
    s.frames.forEach((f, i) => { lines.push({ f, text: i === 0 ? `${by}: ${brief(f.func)}` : brief(f.func) }); });
  }
  return lines.filter(({ f }) => /[\\/]/.test(f.file)).map(({ f, text }) => new vscode.DiagnosticRelatedInformation(
    new vscode.Location(vscode.Uri.file(f.file), new vscode.Position(Math.max(f.line - 1, 0), 0)), text,
  ));
}

/** Tells frames that are the same for all tests. What TestMain itself starts is its own. */
function runsTests(f: Frame, i: number): boolean {
  return f.func.startsWith('testing.') || f.file === '_testmain.go' || (i > 0 && f.func.endsWith('.TestMain'));
}
