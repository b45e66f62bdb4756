// A word in a colour. The word alone says it; the colour only helps to find it.

import './Badge.css';
import type { ReactElement, ReactNode } from 'react';

/** What a word is to whoever reads it. */
export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info' | 'accent';

/** A word in a colour. */
export function Badge({
  tone = 'neutral',
  hasDot = false,
  children,
}: {
  readonly tone?: Tone;
  readonly hasDot?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return <span className={`badge badge-${tone}${hasDot ? ' badge-dot' : ''}`}>{children}</span>;
}

/** Several beside each other; more than `max` are counted. */
export function Badges({
  words,
  max = 4,
  tone = 'neutral',
}: {
  readonly words: readonly string[];
  readonly max?: number;
  readonly tone?: Tone;
}): ReactElement {
  const rest = words.length - max;
  return (
    <span className="badges">
      {words.slice(0, max).map((word) => (
        <Badge key={word} tone={tone}>
          {word}
        </Badge>
      ))}
      {rest > 0 ? <Badge>+{rest}</Badge> : null}
    </span>
  );
}
