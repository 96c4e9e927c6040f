// Provides and resolves debug configurations.

import { readFileSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

import type { Env } from './envfile';
import { type World, resolve } from './launch';
import { hasGo } from './machine';
import { pickProcess, processNamed } from './pick';
import { testAt } from './testfunc';

export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [
      { name: 'Debug package', type: 'dlvx', request: 'launch', mode: 'auto', program: '${fileDirname}' },
      { name: 'Attach to process', type: 'dlvx', request: 'attach', mode: 'local', processId: 0 },
    ];
  }

  /**
   * Fills in what is missing: of all, where there is no launch.json. What fails is shown
   * here: VS Code would say it in a notification that goes by.
   */
  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    config: Partial<vscode.DebugConfiguration>,
  ): Promise<vscode.DebugConfiguration | undefined> {
    try {
      return await this.complete(config);
    } catch (err) {
      await vscode.window.showErrorMessage(err instanceof Error ? err.message : String(err), { modal: true });
      return undefined;
    }
  }

  private async complete(config: Partial<vscode.DebugConfiguration>): Promise<vscode.DebugConfiguration | undefined> {
    const editor = vscode.window.activeTextEditor;
    // Without a launch.json it is empty, but for noDebug. That request is missing in a launch.json VS Code says.
    const c = config.request === undefined && config.name === undefined ? { ...config, ...ofEditor(editor) } : config as vscode.DebugConfiguration;
    if (c.request === 'launch' && (c.mode === undefined || c.mode === 'auto')) {
      const program = typeof c.program === 'string' && c.program.endsWith('.go') ? c.program : editor?.document.fileName;
      c.mode = program?.endsWith('_test.go') === true ? 'test' : 'debug';
    }
    // Else VS Code puts the Debug Console in front of the terminal.
    if (c.console === 'integratedTerminal') c.internalConsoleOptions ??= 'neverOpen';
    return await withProcess(c) ? c : undefined;
  }

  /** Runs when ${...} have been replaced. What it throws VS Code shows. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    return resolve(config, world(folder));
  }
}

/** What F5 without a launch.json debugs: the open package, or the test that the cursor is in. */
function ofEditor(editor: vscode.TextEditor | undefined): vscode.DebugConfiguration {
  if (editor?.document.languageId !== 'go') {
    throw new Error('Open a Go file of the package to debug, or make a launch.json.');
  }
  const file = editor.document.fileName;
  const config = { name: 'Debug package', type: 'dlvx', request: 'launch', program: path.dirname(file) };
  if (!file.endsWith('_test.go')) return { ...config, mode: 'debug' };
  const test = testAt(editor.document.getText(), editor.selection.active.line);
  if (test === undefined) return { ...config, name: 'Debug tests', mode: 'test' };
  return { ...config, name: `Debug ${test.name}`, mode: 'test', args: test.args };
}

/** Finds the process to attach to. It returns whether there is one, or none is needed. */
async function withProcess(c: vscode.DebugConfiguration): Promise<boolean> {
  const id: unknown = c.processId;
  if (c.request !== 'attach' || (c.mode ?? 'local') !== 'local') return true;
  if (c.waitFor !== undefined && c.waitFor !== '') return true;
  if (id === undefined || id === 0 || id === '' || id === 'ask') {
    c.processId = await pickProcess(true);
  } else if (typeof id === 'string' && !id.startsWith('${') && !/^\d+$/.test(id)) {
    c.processId = await processNamed(id);
  }
  return c.processId !== undefined;
}

function world(folder: vscode.WorkspaceFolder | undefined): World {
  const tools = vscode.workspace.getConfiguration('go', folder).get<unknown>('toolsEnvVars');
  return {
    path,
    home: homedir(),
    folder: (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath,
    env: process.env as Env,
    toolsEnv: tools,
    hasGo: hasGo(),
    kind(file) {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat && (stat.isDirectory() ? 'folder' : 'file');
    },
    list: (dir) => readdirSync(dir),
    read: (file) => readFileSync(file, 'utf8'),
  };
}
