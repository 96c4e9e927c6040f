// Makes configurations of type go, which are the Go extension's, run dlvx.

import * as vscode from 'vscode';

type Tools = Record<string, string> | undefined;

/** The setting with dlv set, or removed; undefined where nothing is left of it. Other tools stay. */
export function withDlv(tools: Tools, dlv: string | undefined): Tools {
  const changed = { ...tools };
  if (dlv === undefined) delete changed.dlv;
  else changed.dlv = dlv;
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** What was set in some settings, and what stood there before. */
interface Change {
  set: string;
  before: string | undefined;
}

/** Settings that a user can choose, and where it is kept what was changed in them. */
interface Target extends vscode.QuickPickItem {
  target: vscode.ConfigurationTarget;
  state: vscode.Memento;
}

/** Sets go.alternateTools.dlv, and undoes it. */
export class GoDebugging {
  private readonly targets: Target[];

  constructor({ globalState, workspaceState }: Pick<vscode.ExtensionContext, 'globalState' | 'workspaceState'>) {
    this.targets = [
      { label: 'User', detail: 'in every workspace', target: vscode.ConfigurationTarget.Global, state: globalState },
      { label: 'Workspace', detail: 'only in this one', target: vscode.ConfigurationTarget.Workspace, state: workspaceState },
    ];
  }

  /** Sets it, in the settings that the user chooses. A value of the user's own is asked for. */
  async use(dlvx: string): Promise<void> {
    const targets = vscode.workspace.workspaceFolders === undefined ? this.targets.slice(0, 1) : this.targets;
    const target = await pick(targets, 'Use dlvx for all Go debugging, in the settings of');
    if (target === undefined) return;
    const now = dlvIn(target);
    const ours = isOurs(target);
    if (now !== undefined && !ours && !await replaces(now)) return;
    await change(target, dlvx, { set: dlvx, before: ours ? changeOf(target)?.before : now });
    const effective = vscode.workspace.getConfiguration('go').get<Tools>('alternateTools')?.dlv;
    if (effective === dlvx) void vscode.window.showInformationMessage(`Configurations of type go now run ${dlvx}.`);
    else void vscode.window.showWarningMessage(`go.alternateTools has ${dlvx} for dlv now, but other settings say ${String(effective)}, and win in this workspace.`);
  }

  /** Takes back what use has set, wherever that is. */
  async stopUsing(): Promise<void> {
    const set = this.targets.filter((t) => dlvIn(t) !== undefined);
    const ours = set.filter(isOurs);
    const [foreign] = set;
    if (foreign === undefined) {
      void vscode.window.showInformationMessage('go.alternateTools has no dlv: configurations of type go run what they always ran.');
      return;
    }
    if (ours.length === 0) {
      void vscode.window.showInformationMessage(`go.alternateTools has ${String(dlvIn(foreign))} for dlv, which is no dlvx: it stays.`);
      return;
    }
    const target = await pick(ours, 'Stop using dlvx for Go debugging, in the settings of');
    if (target === undefined) return;
    const before = changeOf(target)?.before;
    await change(target, before, undefined);
    void vscode.window.showInformationMessage(`Configurations of type go run ${before ?? 'dlv'} again.`);
  }
}

const key = 'go.alternateTools.dlv';

/** Of several, the one that the user picks. */
async function pick(targets: Target[], placeHolder: string): Promise<Target | undefined> {
  return targets.length === 1 ? targets[0] : await vscode.window.showQuickPick(targets, { placeHolder });
}

async function replaces(now: string): Promise<boolean> {
  const replace = 'Replace';
  const detail = 'The command "dlvx: Stop Using for All Go Debugging" brings it back.';
  return await vscode.window.showWarningMessage(`go.alternateTools already has ${now} for dlv.`, { modal: true, detail }, replace) === replace;
}

function changeOf({ state }: Target): Change | undefined {
  return state.get<Change>(key);
}

/** Tells whether the dlv in some settings is dlvx, and not what somebody else has put there. */
function isOurs(t: Target): boolean {
  const dlv = dlvIn(t);
  return dlv !== undefined && (dlv === changeOf(t)?.set || /(^|[\\/])dlvx(\.exe)?$/i.test(dlv));
}

function dlvIn(t: Target): string | undefined {
  return inScope(t)?.dlv;
}

function inScope({ target }: Target): Tools {
  const values = vscode.workspace.getConfiguration('go').inspect<Record<string, string>>('alternateTools');
  return target === vscode.ConfigurationTarget.Global ? values?.globalValue : values?.workspaceValue;
}

async function change(t: Target, dlv: string | undefined, made: Change | undefined): Promise<void> {
  try {
    await vscode.workspace.getConfiguration('go').update('alternateTools', withDlv(inScope(t), dlv), t.target);
  } catch (err) {
    // The setting is the Go extension's; without that VS Code knows no such setting.
    throw new Error(`go.alternateTools cannot be set. Is the Go extension (golang.go) installed? ${String(err)}`);
  }
  await t.state.update(key, made);
}
