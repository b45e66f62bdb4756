// What came of a question, so that nobody can miss it.

import './Verdict.css';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './Icon.tsx';

const ICONS = { good: 'good', warn: 'approvals', bad: 'error' } as const;

/** The answer in a sentence, with what it rests on; `aside` stands at its end. */
export function Verdict({
  tone,
  title,
  aside,
  children,
}: {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className={`verdict verdict-${tone}`} aria-label="Verdict">
      <Icon name={ICONS[tone]} size={28} />
      <div className="verdict-text">
        <h2>{title}</h2>
        <p>{children}</p>
      </div>
      {aside}
    </section>
  );
}
