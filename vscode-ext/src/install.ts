// Makes sure that there is a dlvx to run: finds it, offers to install it, says
// when it is too old.

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';

import { NotThere, findDlvx } from './binary';
import { hasGo, machine, run } from './machine';
import { type Surroundings, substitute } from './variables';
import { needed, older, parseVersion } from './version';

const module = 'github.com/dlvx/dlvx/cmd/dlvx@latest';

export class Installer {
  /** Paths and times of programs whose version was looked at. */
  private readonly checked = new Set<string>();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /**
   * Returns the path of dlvx, for what is in a folder: asked for by its path, or named by
   * the settings, or one that it finds, or offers to install. It fails where there is
   * none in the end.
   */
  async dlvx(asked?: string, folder?: vscode.WorkspaceFolder): Promise<string> {
    const setting = vscode.workspace.getConfiguration('dlvx', folder).get<string>('path') ?? '';
    let path: string | undefined;
    try {
      path = await findDlvx(substitute(asked ?? setting, surroundings(folder)), machine);
    } catch (err) {
      if (!(err instanceof NotThere)) throw err;
      throw new Error(`${asked === undefined ? 'The setting dlvx.path' : 'dlvxPath'}: ${err.message}.`);
    }
    path ??= await this.offer();
    if (path === undefined) throw new Error(`dlvx is not installed. Install it by: go install ${module}. Or say where it is, in the setting dlvx.path.`);
    // Not waited for: it is for the next time.
    void this.check(path);
    return path;
  }

  private async offer(): Promise<string | undefined> {
    if (!hasGo()) {
      throw new Error('Neither dlvx nor go is in PATH. Install Go from https://go.dev/dl and restart VS Code; dlvx is installed by go.');
    }
    const install = 'Install';
    const answer = await vscode.window.showInformationMessage(
      'dlvx is not installed. It is the debugger of configurations of type dlvx.',
      { modal: true, detail: `go install ${module}` },
      install,
    );
    return answer === install ? await this.install() : undefined;
  }

  /** Runs go install, and shows that it does. It returns the path of dlvx. */
  async install(): Promise<string> {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Installing dlvx', cancellable: true },
      (progress, token) => this.goInstall((line) => { progress.report({ message: line }); }, token),
    );
    const path = await findDlvx(undefined, machine);
    if (path === undefined) throw new Error('go install has installed dlvx, but it is in none of PATH, GOBIN, GOPATH/bin. Say where it is, in the setting dlvx.path.');
    this.log.info(`installed ${path}`);
    return path;
  }

  private goInstall(report: (line: string) => void, token: vscode.CancellationToken): Promise<void> {
    return new Promise((resolve, reject) => {
      this.log.info(`go install ${module}`);
      const child = spawn('go', ['install', module], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
      const cancelled = token.onCancellationRequested(() => child.kill());
      const last: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.log.info(line);
          last.push(line);
          report(line);
        });
      }
      child.once('error', (err) => { reject(new Error(`go cannot be started: ${err.message}`)); });
      child.once('close', (code) => {
        cancelled.dispose();
        if (code === 0) resolve();
        else if (token.isCancellationRequested) reject(new Error('The installation of dlvx was cancelled.'));
        else reject(new Error(`go install ${module} failed: ${last.slice(-2).join(' ')}`));
      });
    });
  }

  /** Says so where a dlvx is older than needed, once for each program. */
  private async check(path: string): Promise<void> {
    const key = `${path} ${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`;
    if (this.checked.has(key)) return;
    this.checked.add(key);
    let version: string | undefined;
    try {
      version = parseVersion((await run(path, ['version'])).stdout);
    } catch (err) {
      this.log.warn(`${path} version: ${String(err)}`);
      return; // that it does not run is said where it is started
    }
    this.log.info(`${path} is ${version === undefined ? 'no dlvx' : `dlvx ${version}`}`);
    if (version === undefined) {
      void vscode.window.showWarningMessage(`${path} is no dlvx: call stacks will be without spawn chains. See the setting dlvx.path.`);
      return;
    }
    if (!older(version, needed)) return;
    const update = 'Update';
    const answer = await vscode.window.showWarningMessage(`dlvx ${version} is older than ${needed}, which this extension needs.`, update);
    if (answer === update) await this.install().catch((err: unknown) => vscode.window.showErrorMessage(String(err)));
  }
}

/** Where a setting of a folder is read; without one, of the first. */
function surroundings(folder: vscode.WorkspaceFolder | undefined): Surroundings {
  return { ...machine, env: machine.env as Surroundings['env'], folder: (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath };
}
