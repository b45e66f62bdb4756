// What a page shows when it has nothing to show: nothing there yet, something wrong, still loading. Each says what to do.

import './State.css';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './Button.tsx';
import { CommandLine } from './CommandLine.tsx';
import { Icon } from './Icon.tsx';
import type { IconName } from './Icon.tsx';

/** Nothing is there; `children` say what to do about it. */
export function EmptyState({
  icon = 'info',
  title,
  children,
  action,
  command,
}: {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly command?: string;
}): ReactElement {
  return (
    <div className="state">
      <span className="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <p className="state-title">{title}</p>
      {children === undefined ? null : <p>{children}</p>}
      {action === undefined ? null : <div className="actions">{action}</div>}
      {command === undefined ? null : <CommandLine command={command} />}
    </div>
  );
}

/** What went wrong, as every problem of the API is. */
export interface Wrong {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
}

/** Something could not be shown. */
export function ErrorState({ problem, onRetry }: { readonly problem: Wrong; readonly onRetry?: () => void }): ReactElement {
  return (
    <div className="state" role="alert">
      <span className="state-icon state-icon-bad">
        <Icon name="error" size={22} />
      </span>
      <p className="state-title">{problem.title}</p>
      <p>{problem.detail}</p>
      {onRetry === undefined ? null : (
        <div className="actions">
          <Button icon="refresh" onPress={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** A sentence that must be seen. */
export function Notice({
  tone = 'neutral',
  title,
  children,
  action,
}: {
  readonly tone?: 'neutral' | 'info' | 'good' | 'warn' | 'bad';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactElement {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name={NOTICE_ICONS[tone]} />
      <div className="notice-text">
        {title === undefined ? null : <p className="notice-title">{title}</p>}
        {children === undefined ? null : <div className="soft">{children}</div>}
      </div>
      {action}
    </div>
  );
}

const NOTICE_ICONS = { neutral: 'info', info: 'info', good: 'good', warn: 'warning', bad: 'error' } as const;

/** Something is on its way. `says`: why it takes so long, where that is known. */
export function Loading({
  lines = 5,
  label = 'Loading',
  says,
}: {
  readonly lines?: number;
  readonly label?: string;
  readonly says?: string | undefined;
}): ReactElement {
  return (
    <div className="loading" role="status" aria-label={label}>
      {says === undefined ? null : <p className="soft">{says}</p>}
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="loading-bar" />
      ))}
    </div>
  );
}
