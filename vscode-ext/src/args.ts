// Splits a command line, given as one string in launch.json, into arguments.

/**
 * Splits at white space. Quotes of both kinds keep what is between them
 * together; in double quotes, and outside of quotes, a backslash before a quote
 * or a backslash takes its meaning away, and stands for itself otherwise, so
 * that Windows paths may be written as they are.
 */
export function splitArgs(line: string): string[] {
  const args: string[] = [];
  let arg: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line.charAt(i);
    const next = line.charAt(i + 1);
    if (c === '\\' && quote !== "'" && /["'\\]/.test(next)) {
      arg = (arg ?? '') + next;
      i++;
    } else if (quote === '' && /["']/.test(c)) {
      quote = c;
      arg ??= '';
    } else if (c === quote) {
      quote = '';
    } else if (quote === '' && /\s/.test(c)) {
      if (arg !== undefined) args.push(arg);
      arg = undefined;
    } else {
      arg = (arg ?? '') + c;
    }
  }
  if (quote !== '') throw new Error(`args: a quote ${quote} without its end in: ${line}`);
  if (arg !== undefined) args.push(arg);
  return args;
}
