// Reads the files that envFile in launch.json names.

export type Env = Record<string, string | null>;

const entry = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/;

/**
 * Reads lines NAME=VALUE; empty ones and those that begin with # are left out.
 * A value may be quoted: in double quotes \n is a line's end. ${NAME} is
 * replaced, but not in single quotes, by what the file said before, else by
 * what outer says, else by nothing.
 */
export function parseEnv(text: string, outer: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name, raw] = entry.exec(line) ?? [];
    if (name === undefined || raw === undefined) continue;
    const [, quote, quoted] = /^(["'])(.*)\1$/.exec(raw) ?? [];
    let value = quoted ?? raw;
    if (quote === '"') value = value.replace(/\\n/g, '\n');
    if (quote !== "'") value = value.replace(/\$\{(\w+)\}/g, (_, other: string) => env[other] ?? outer[other] ?? '');
    env[name] = value;
  }
  return env;
}

/** Reads several files, of which the later ones win. */
export function readEnvFiles(
  files: string | string[] | undefined,
  outer: Readonly<Record<string, string | null | undefined>>,
  read: (file: string) => string,
): Record<string, string> {
  let env: Record<string, string> = {};
  for (const file of typeof files === 'string' ? [files] : files ?? []) {
    if (file === '') continue;
    let text: string;
    try {
      text = read(file);
    } catch (err) {
      throw new Error(`envFile: ${file} cannot be read: ${err instanceof Error ? err.message : String(err)}`);
    }
    env = { ...env, ...parseEnv(text, { ...outer, ...env }) };
  }
  return env;
}
