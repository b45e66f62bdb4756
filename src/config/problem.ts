// How problems of a config are shown: one line that says where, what, and what to write.

import type { ConfigProblem } from './types.ts';
import type { Path } from './yaml.ts';

/** `sallyport.yaml:12:5: servers.files.args[0] must be text, not a number. Write "3", in quotes.` */
export function formatProblem({ severity, file, line, column, path, message, fix }: ConfigProblem): string {
  const what = path === '' ? `the file ${message}` : `${path} ${message}`;
  return `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${what}.${fix === undefined ? '' : ` ${fix}`}`;
}

/** `servers.files.args[0]`; keys that are no plain words in brackets and quotes. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z0-9_-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}
