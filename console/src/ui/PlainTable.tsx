// A short table within a panel: a few rows that somebody reads, not a list to look through.

import './PlainTable.css';
import type { ReactElement, ReactNode } from 'react';

/** A table; `children` are its rows. */
export function PlainTable({ head, children }: { readonly head: readonly string[]; readonly children: ReactNode }): ReactElement {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
