// Lists the processes of this machine, and which of them are Go programs.

/** A process that can be attached to. */
export interface Process {
  pid: number;
  name: string;
  /** The command line; as much as the system tells. */
  command: string;
  /** The path of its program, where the system tells. */
  program?: string;
}

/** How to list processes on a platform of Node's. */
export function listCommand(platform: NodeJS.Platform): { file: string; args: string[] } {
  if (platform === 'win32') {
    const script = 'Get-CimInstance Win32_Process | Select-Object ProcessId,Name,ExecutablePath,CommandLine | ConvertTo-Json -Compress';
    return { file: 'powershell.exe', args: ['-NoProfile', '-NonInteractive', '-Command', script] };
  }
  return { file: 'ps', args: ['-axww', '-o', platform === 'darwin' ? 'pid=,comm=' : 'pid=,args='] };
}

/** Reads what ps prints: a process id and a command line on each line. */
export function parsePs(output: string): Process[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (pid === undefined || command === undefined) return [];
    const first = command.startsWith('/') ? command.replace(/ -.*$/, '') : command.split(' ')[0] ?? command;
    return [{ pid: Number(pid), name: (first.split(' ')[0] ?? first).replace(/^.*\//, ''), command }];
  });
}

/** Reads the JSON that listCommand's PowerShell prints. */
export function parseCim(output: string): Process[] {
  interface Entry { ProcessId: number; Name: string; ExecutablePath: string | null; CommandLine: string | null }
  const entries = JSON.parse(output) as Entry | Entry[];
  return [entries].flat().map((e) => ({
    pid: e.ProcessId,
    name: e.Name,
    command: e.CommandLine ?? e.Name,
    ...(e.ExecutablePath === null ? {} : { program: e.ExecutablePath }),
  }));
}

/** Reads which of the programs `go version FILE...` names as Go's: "FILE: go1.26.8". */
export function parseGoVersion(output: string): Set<string> {
  return new Set(output.split(/\r?\n/).flatMap((line) => /^(.*): (?:go\d|devel)/.exec(line)?.[1] ?? []));
}
