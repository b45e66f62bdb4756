// A row of what narrows a list, and at its end what can be done with it.

import './Toolbar.css';
import type { ReactElement, ReactNode } from 'react';

/** What stands at the start, and what at the end. */
export function Toolbar({
  children,
  end,
  label,
}: {
  readonly children: ReactNode;
  readonly end?: ReactNode;
  readonly label?: string;
}): ReactElement {
  return (
    <div className="toolbar" role="group" {...(label === undefined ? {} : { 'aria-label': label })}>
      {children}
      {end === undefined ? null : <div className="toolbar-end">{end}</div>}
    </div>
  );
}
