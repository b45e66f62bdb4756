// How a page is laid out: its head, panels, pairs of a name and what it is, and figures.

import './Panel.css';
import type { ReactElement, ReactNode } from 'react';
import { Link } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** A page. `fill`: it is as high as the window, and a table in it scrolls by itself. */
export function Page({ fill = false, children }: { readonly fill?: boolean; readonly children: ReactNode }): ReactElement {
  return <div className={fill ? 'page page-fill' : 'page'}>{children}</div>;
}

/** What a page is about, and what can be done on it. */
export function PageHead({
  title,
  description,
  actions,
  back,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
}): ReactElement {
  return (
    <header className="page-head">
      <div className="page-head-text">
        {back === undefined ? null : (
          <Link href={back.href} className="page-head-back">
            <Icon name="back" size={12} /> {back.label}
          </Link>
        )}
        <h1>{title}</h1>
        {description === undefined ? null : <p>{description}</p>}
      </div>
      {actions === undefined ? null : <div className="actions">{actions}</div>}
    </header>
  );
}

/** A part of a page. `flush`: what is in it reaches its edges, as tables do; `fill`: it takes the height that is left of its page. */
export function Panel({
  title,
  description,
  actions,
  flush = false,
  fill = false,
  children,
}: {
  readonly title?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly flush?: boolean;
  readonly fill?: boolean;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className={fill ? 'panel panel-fill' : 'panel'}>
      {title === undefined ? null : (
        <div className="panel-head">
          <div className="panel-title">
            <h2>{title}</h2>
            {description === undefined ? null : <p>{description}</p>}
          </div>
          {actions === undefined ? null : <div className="actions">{actions}</div>}
        </div>
      )}
      <div className={flush ? 'panel-body-flush' : 'panel-body'}>{children}</div>
    </section>
  );
}

/** Names and what they stand for. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode] | undefined)[] }): ReactElement {
  return (
    <dl className="facts">
      {facts.map((fact) =>
        fact === undefined ? null : (
          <div key={fact[0]} style={{ display: 'contents' }}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A figure that counts. */
export function Stat({
  label,
  value,
  unit,
  hint,
  tone = 'neutral',
  href,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly unit?: string;
  readonly hint?: ReactNode;
  readonly tone?: 'neutral' | 'warn' | 'bad';
  readonly href?: string;
}): ReactElement {
  const className = tone === 'neutral' ? 'stat' : `stat stat-${tone}`;
  const inside = (
    <>
      <span className="stat-label">{label}</span>
      <span className="stat-value">
        {value}
        {unit === undefined ? null : <span className="stat-unit">{unit}</span>}
      </span>
      {hint === undefined ? null : <span className="stat-hint">{hint}</span>}
    </>
  );
  return href === undefined ? (
    <div className={className}>{inside}</div>
  ) : (
    <Link href={href} className={className}>
      {inside}
    </Link>
  );
}
