// The extension's way in: makes its parts and registers them.

import * as path from 'node:path';
import * as vscode from 'vscode';

import { AdapterFactory } from './adapter';
import { trackBuildErrors } from './builderror';
import { SiteLenses } from './codelens';
import { registerCommands } from './commands';
import { ConfigurationProvider } from './configuration';
import { Dumps } from './dump';
import { GoDebugging } from './goextension';
import { GoroutinesView } from './goroutines';
import { Installer } from './install';
import { Sessions } from './sessions';
import { Warnings } from './warnings';

// VS Code calls deactivate with nothing at hand.
let factory: AdapterFactory | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('dlvx', { log: true });
  const installer = new Installer(log);
  const sessions = new Sessions(log);
  const view = new GoroutinesView(sessions, log);
  const dumps = new Dumps();
  factory = new AdapterFactory(log, installer, sessions);
  context.subscriptions.push(
    log, sessions, view, dumps, factory,
    new SiteLenses(sessions, log),
    new Warnings(),
    vscode.debug.registerDebugConfigurationProvider('dlvx', new ConfigurationProvider()),
    vscode.debug.registerDebugAdapterDescriptorFactory('dlvx', factory),
    vscode.debug.registerDebugAdapterTrackerFactory('dlvx', { createDebugAdapterTracker: (s) => trackBuildErrors(s, path, vscode.env.remoteName !== undefined) }),
    ...registerCommands({ sessions, view, dumps, installer, go: new GoDebugging(context), log }),
  );
}

/** Leaves no dlvx behind. VS Code waits for it, though not for long. */
export async function deactivate(): Promise<void> {
  await factory?.end();
}
