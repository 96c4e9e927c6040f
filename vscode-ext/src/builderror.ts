// Makes the places in a build error clickable. Delve sends what go build
// printed, in which files are relative to the folder that it ran in. VS Code's
// Debug Console links absolute paths, but in a remote window looks for them on the
// wrong machine: there only those that are relative to the workspace folder work.

import type { PlatformPath } from 'node:path';
import type * as vscode from 'vscode';

const place = /^(\s*(?:vet: )?)((?:\.{1,2}[/\\])?[^\s:][^:\n]*\.(?:go|s|c|h|mod)):(\d+)/gm;

/**
 * Returns what Delve says of a failed build, with absolute paths, or, below root, with
 * paths that are relative to it; any other text as it is.
 */
export function withLinkedPaths(output: string, folder: string, path: PlatformPath, root?: string): string {
  if (!output.startsWith('Build Error:')) return output;
  return output.replace(place, (_, indent: string, file: string, line: string) => {
    const absolute = path.isAbsolute(file) ? file : path.join(folder, file);
    const below = root === undefined ? '..' : path.relative(root, absolute);
    const shown = below.startsWith('..') || path.isAbsolute(below) ? absolute : `.${path.sep}${below}`;
    return `${indent}${shown}:${line}`;
  });
}

/** Rewrites the output events of a session that is being launched. */
export function trackBuildErrors(session: vscode.DebugSession, path: PlatformPath, remote: boolean): vscode.DebugAdapterTracker {
  const folder: unknown = session.configuration.dlvCwd;
  if (typeof folder !== 'string') return {};
  const root = remote ? session.workspaceFolder?.uri.fsPath : undefined;
  return {
    // VS Code hands on the message that its trackers have seen.
    onDidSendMessage(m: { event?: string; body?: { output?: string } }) {
      if (m.event === 'output' && m.body?.output !== undefined) m.body.output = withLinkedPaths(m.body.output, folder, path, root);
    },
  };
}
