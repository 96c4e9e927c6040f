// Makes configurations of type go, which are the Go extension's, run dlvx.

import * as vscode from 'vscode';

type Tools = Record<string, string> | undefined;

/** The setting with dlv set, or removed; undefined where nothing is left of it. Other tools stay. */
export function withDlv(tools: Tools, dlvx: string | undefined): Tools {
  const changed = { ...tools };
  if (dlvx === undefined) delete changed.dlv;
  else changed.dlv = dlvx;
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Sets go.alternateTools.dlv, in the settings that the user chooses. */
export async function useForGo(dlvx: string): Promise<void> {
  const target = await pickTarget('Use dlvx for all Go debugging, in the settings of');
  if (target === undefined) return;
  await update(target, dlvx);
  void vscode.window.showInformationMessage(`Configurations of type go now run ${dlvx}.`);
}

/** Removes what useForGo set, wherever it is set. */
export async function stopUsingForGo(): Promise<void> {
  const set = targets.filter(({ target }) => inScope(target)?.dlv !== undefined);
  if (set.length === 0) {
    void vscode.window.showInformationMessage('go.alternateTools has no dlv: configurations of type go run what they always ran.');
    return;
  }
  const target = set.length === 1 ? set[0]?.target : await pickTarget('Stop using dlvx for Go debugging, in the settings of');
  if (target === undefined) return;
  await update(target, undefined);
  void vscode.window.showInformationMessage('Configurations of type go run dlv again.');
}

const targets = [
  { label: 'User', detail: 'in every workspace', target: vscode.ConfigurationTarget.Global },
  { label: 'Workspace', detail: 'only in this one', target: vscode.ConfigurationTarget.Workspace },
];

async function pickTarget(placeHolder: string): Promise<vscode.ConfigurationTarget | undefined> {
  if (vscode.workspace.workspaceFolders === undefined) return vscode.ConfigurationTarget.Global;
  return (await vscode.window.showQuickPick(targets, { placeHolder }))?.target;
}

function inScope(target: vscode.ConfigurationTarget): Tools {
  const values = vscode.workspace.getConfiguration('go').inspect<Record<string, string>>('alternateTools');
  return target === vscode.ConfigurationTarget.Global ? values?.globalValue : values?.workspaceValue;
}

async function update(target: vscode.ConfigurationTarget, dlvx: string | undefined): Promise<void> {
  try {
    await vscode.workspace.getConfiguration('go').update('alternateTools', withDlv(inScope(target), dlvx), target);
  } catch (err) {
    // The setting is the Go extension's; without that VS Code knows no such setting.
    throw new Error(`go.alternateTools cannot be set. Is the Go extension (golang.go) installed? ${String(err)}`);
  }
}
