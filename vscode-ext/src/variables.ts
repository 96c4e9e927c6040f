// Replaces the variables in settings. VS Code does so in launch.json only.

import { expandHome } from './binary';
import type { World } from './launch';

/** What variables stand for. */
export type Surroundings = Pick<World, 'env' | 'folder' | 'home' | 'path'>;

/**
 * Replaces ${workspaceFolder} and the like, ${env:NAME} and a leading ~, as the Go
 * extension does in its settings. What is not known stays as it is, but for variables
 * of the environment: one that is not set is empty.
 */
export function substitute(value: string, s: Surroundings): string {
  const replaced = value.replace(/\$\{(?:env:([^}]+)|(\w+))\}/g, (all, env: string | undefined, name: string) =>
    env === undefined ? variable(name, s) ?? all : s.env[env.trim()] ?? '');
  return expandHome(replaced, s);
}

function variable(name: string, s: Surroundings): string | undefined {
  switch (name) {
    case 'workspaceFolder':
    case 'workspaceRoot':
      return s.folder;
    case 'workspaceFolderBasename':
      return s.folder && s.path.basename(s.folder);
    case 'userHome':
      return s.home;
    case 'pathSeparator':
      return s.path.sep;
    default:
      return undefined;
  }
}
