// What shows that an entry says what was written then: where it stands, since when it is signed, and its lines to the letter.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { download } from '../api/client.ts';
import type { RecordStory } from '../api/contract.ts';
import { asProblem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { Facts } from '../ui/Panel.tsx';
import { Notice } from '../ui/State.tsx';
import { Code, Time } from '../ui/Text.tsx';
import { toast } from '../ui/Toast.tsx';
import { showCount } from '../ui/units.ts';

/** Where an entry stands and what covers it; `denied`: why whoever looks may not have the proof. */
export function Proof({ story, denied }: { readonly story: RecordStory; readonly denied: string | undefined }): ReactElement {
  const { record, lines, signed } = story;
  const { log, seq } = record;
  const [isPending, setPending] = useState(false);
  const fetchProof = async (): Promise<void> => {
    setPending(true);
    try {
      await download('proveRecord', { path: { log, seq: String(seq) }, query: {} });
    } catch (error) {
      const { title, detail } = asProblem(error);
      toast({ tone: 'bad', title, detail });
    } finally {
      setPending(false);
    }
  };
  const unsigned = 'No checkpoint covers it yet; the next one is signed within moments.';
  return (
    <div className="proof">
      <Facts
        facts={[
          ['Stands in', <code key="log">{`${log} #${seq}`}</code>],
          signed.first === null
            ? undefined
            : [
                'Signed since',
                <>
                  <Time at={signed.first.at} /> <span className="faint">with the first {showCount(signed.first.records)} records</span>
                </>,
              ],
          signed.newest === null
            ? undefined
            : [
                'And again',
                <>
                  <Time at={signed.newest.at} /> <span className="faint">with {showCount(signed.newest.records)}</span>
                </>,
              ],
        ]}
      />
      {signed.first === null && <Notice tone="info">{unsigned}</Notice>}
      {lines.map((line) => (
        <Code key={line.seq} text={line.text} label={`Line ${line.seq} of ${log}`} />
      ))}
      <div className="actions">
        <Button
          icon="download"
          size="small"
          isPending={isPending}
          disabledReason={denied ?? (signed.first === null ? unsigned : undefined)}
          onPress={() => void fetchProof()}
        >
          Download proof
        </Button>
      </div>
    </div>
  );
}
