// A setting in words.

import type { SettingView } from '../../api/contract.ts';
import type { Tone } from '../../ui/Badge.tsx';

type Source = SettingView['source'];

/** A value on one line. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) return value.join(', ');
  return JSON.stringify(value) ?? '–';
}

/** Where a value comes from. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'default':
      return 'default';
    case 'command-line':
      return source.option;
    case 'file': {
      const place = `${source.file.slice(source.file.lastIndexOf('/') + 1)}:${source.line}`;
      return source.variables.length === 0 ? place : `${place}, ${source.variables.join(', ')}`;
    }
  }
}

/** What was said by somebody stands out from what is so by default. */
export function sourceTone(source: Source): Tone {
  if (source.kind === 'default') return 'neutral';
  if (source.kind === 'command-line') return 'warn';
  return source.variables.length === 0 ? 'accent' : 'info';
}
