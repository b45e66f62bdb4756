// Two texts beside each other. Long runs of unchanged lines are folded; on a narrow page the sides stand below each other.

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { Untrusted } from '../ui/Text.tsx';
import { foldRows } from './fold-rows.ts';
import { toRows } from './side-by-side.ts';
import type { DiffLine, DiffRow } from './side-by-side.ts';
import './diff.css';

/** What is compared, and what each side is called. */
export interface SideBySideProps {
  readonly left: string;
  readonly right: string;
  readonly leftTitle: string;
  readonly rightTitle: string;
  /** What the comparison is of, for those who do not see it. */
  readonly label: string;
}

/** A comparison line by line, with the words that changed marked. */
export function SideBySide({ left, right, leftTitle, rightTitle, label }: SideBySideProps): ReactElement {
  const rows = useMemo(() => toRows(left, right), [left, right]);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const parts = useMemo(() => foldRows(rows, opened), [rows, opened]);
  return (
    <div className="side-by-side" role="region" aria-label={label} tabIndex={0}>
      <table>
        <colgroup>
          <col className="side-by-side-number" />
          <col />
          <col className="side-by-side-number" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th colSpan={2} scope="colgroup">
              {leftTitle}
            </th>
            <th colSpan={2} scope="colgroup">
              {rightTitle}
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) =>
            part.kind === 'fold' ? (
              <tr key={`fold ${part.from}`} className="side-by-side-fold">
                <td colSpan={4}>
                  <button type="button" onClick={() => setOpened(new Set([...opened, part.from]))}>
                    {part.count} unchanged lines
                  </button>
                </td>
              </tr>
            ) : (
              <Row key={`row ${part.at}`} row={part.row} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { readonly row: DiffRow }): ReactElement {
  const isMarked = row.kind !== 'same';
  return (
    <tr>
      <Side line={row.left} className={isMarked ? 'is-removed' : ''} sign={isMarked ? 'removed' : undefined} />
      <Side line={row.right} className={isMarked ? 'is-added' : ''} sign={isMarked ? 'added' : undefined} />
    </tr>
  );
}

interface SideProps {
  readonly line: DiffLine | undefined;
  readonly className: string;
  readonly sign: 'removed' | 'added' | undefined;
}

function Side({ line, className, sign }: SideProps): ReactElement {
  if (line === undefined) {
    return (
      <>
        <td className="side-by-side-line is-void" />
        <td className="is-void" />
      </>
    );
  }
  return (
    <>
      <td className={`side-by-side-line ${className}`}>{line.number}</td>
      <td className={`side-by-side-text ${className}`}>
        {sign !== undefined && <span className="visually-hidden">{sign}: </span>}
        {line.parts.map((part, at) =>
          part.isChanged ? (
            <mark key={at}>
              <Untrusted text={part.text} multiline />
            </mark>
          ) : (
            <Untrusted key={at} text={part.text} multiline />
          ),
        )}
      </td>
    </>
  );
}
