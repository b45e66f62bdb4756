// What inspection found in a call and its answer: kinds and places, never what it was.

import type { ReactElement } from 'react';
import type { RecordFindingView } from '../api/contract.ts';
import { Badge } from '../ui/Badge.tsx';
import type { Tone } from '../ui/Badge.tsx';
import { PlainTable } from '../ui/PlainTable.tsx';
import { Untrusted } from '../ui/Text.tsx';

const ACTION_TONES: Readonly<Record<string, Tone>> = { deny: 'bad', ask: 'warn', redact: 'info', tokenise: 'info' };

/** A table of findings. */
export function Findings({ findings, total }: { readonly findings: readonly RecordFindingView[]; readonly total: number }): ReactElement {
  const listed = findings.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <PlainTable head={['What', 'Where', 'Times', 'Done about it']}>
        {findings.map((finding, at) => (
          <tr key={at}>
            <td>
              <Untrusted text={finding.type} />
              <span className="faint"> {finding.class}</span>
            </td>
            <td className="mono">
              <span className="faint">{finding.where} </span>
              <Untrusted text={finding.path} />
            </td>
            <td className="numeric">{finding.count}</td>
            <td>
              <Badge tone={ACTION_TONES[finding.action] ?? 'neutral'}>{finding.action}</Badge>
            </td>
          </tr>
        ))}
      </PlainTable>
      {total > listed && <p className="faint">{total - listed} more were found; the record does not list all.</p>}
    </>
  );
}
