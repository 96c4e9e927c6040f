// Makes the places in a build error clickable. Delve sends what go build
// printed, in which files are relative to the folder that it ran in; VS Code's
// Debug Console links only absolute ones.

import type { PlatformPath } from 'node:path';
import type * as vscode from 'vscode';

const place = /^(\s*(?:vet: )?)((?:\.{1,2}[/\\])?[^\s:][^:\n]*\.(?:go|s|c|h|mod)):(\d+)/gm;

/** Returns what Delve says of a failed build, with absolute paths; any other text as it is. */
export function withAbsolutePaths(output: string, folder: string, path: PlatformPath): string {
  if (!output.startsWith('Build Error:')) return output;
  return output.replace(place, (all, indent: string, file: string, line: string) =>
    path.isAbsolute(file) ? all : `${indent}${path.join(folder, file)}:${line}`);
}

/** Rewrites the output events of a session that is being launched. */
export function trackBuildErrors(session: vscode.DebugSession, path: PlatformPath): vscode.DebugAdapterTracker {
  const folder: unknown = session.configuration.dlvCwd;
  if (typeof folder !== 'string') return {};
  return {
    // VS Code hands on the message that its trackers have seen.
    onDidSendMessage(m: { event?: string; body?: { output?: string } }) {
      if (m.event === 'output' && m.body?.output !== undefined) m.body.output = withAbsolutePaths(m.body.output, folder, path);
    },
  };
}
