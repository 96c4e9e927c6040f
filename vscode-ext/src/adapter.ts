// Starts a dlvx for each debug session.

import * as vscode from 'vscode';

import { startServer } from './server';

export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly log: vscode.LogOutputChannel) {}

  async createDebugAdapterDescriptor(): Promise<vscode.DebugAdapterDescriptor> {
    const path = vscode.workspace.getConfiguration('dlvx').get<string>('path') ?? '';
    const command = { path: path === '' ? 'dlvx' : path, args: ['dap', '--listen=127.0.0.1:0'] };
    const server = await startServer(command, {
      stdout: (line) => { this.log.info(line); },
      stderr: (line) => { this.log.info(line); },
    });
    return new vscode.DebugAdapterServer(server.port, server.host);
  }
}
