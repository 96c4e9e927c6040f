// The extension's way in: registers what the other files make.

import * as vscode from 'vscode';

import { AdapterFactory } from './adapter';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('dlvx', { log: true });
  context.subscriptions.push(
    log,
    vscode.debug.registerDebugAdapterDescriptorFactory('dlvx', new AdapterFactory(log)),
  );
}
