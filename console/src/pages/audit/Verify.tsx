// Whether anybody changed the record: every log read from its first line, held against its signatures and against what was noted down elsewhere.

import type { ReactElement } from 'react';
import type { VerificationReport } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { JobProgress } from '../../jobs/JobProgress.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { ErrorState, Notice } from '../../ui/State.tsx';
import { Code, Time, Untrusted } from '../../ui/Text.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { showCount } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';

const POLL_MS = 700;

/** Begins a check, and shows what came of it. */
export function Verify(): ReactElement {
  const [address, setAddress] = useAddress();
  const refusal = useRefusal('beginVerification');
  const begin = useAct('beginVerification', []);
  const job = address['job'];
  const verification = useApi(
    'readVerification',
    { path: { job: job ?? '' } },
    {
      enabled: job !== undefined && refusal === undefined,
      refetchInterval: (last) => (last !== undefined && last.job.state !== 'running' ? false : POLL_MS),
    },
  );
  const found = verification.data?.value;
  return (
    <div className="verify">
      <Panel
        title="Check that nobody changed the record"
        description="Reads every log from its first line, checks each signature, and holds it against what anchors and the keeper remember."
        actions={
          <Button
            variant="primary"
            icon="shield"
            disabledReason={refusal}
            isPending={begin.isPending || found?.job.state === 'running'}
            onPress={() => begin.mutate({ body: {} }, { onSuccess: ({ value }) => setAddress({ job: value.id }) })}
          >
            Verify now
          </Button>
        }
      >
        {begin.error !== null && (
          <Notice tone="bad" title={begin.error.title}>
            {begin.error.detail}
          </Notice>
        )}
        <CommandLine command={commands.verifyRecord()} />
      </Panel>
      {verification.error !== null && <ErrorState problem={verification.error} />}
      {found !== undefined && <JobProgress job={found.job} />}
      {found?.report != null && <Report report={found.report} />}
      <Checkpoints />
    </div>
  );
}

function Report({ report }: { readonly report: VerificationReport }): ReactElement {
  const { ok, says, records, logs, limits, anchors } = report;
  return (
    <>
      <Verdict
        tone={ok ? 'good' : 'bad'}
        title={ok ? 'Nobody changed the record' : 'The record was changed'}
        aside={
          <span className="numeric">
            {showCount(records)} records in {logs.length} {logs.length === 1 ? 'log' : 'logs'}
          </span>
        }
      >
        {says}
      </Verdict>
      {logs.map((log) => (
        <Panel
          key={log.log}
          title={
            <>
              <code>{log.log}</code> <Badge tone={log.ok ? 'good' : 'bad'}>{log.ok ? 'as it was written' : 'changed'}</Badge>
            </>
          }
          description={`${showCount(log.records)} records in ${log.files} ${log.files === 1 ? 'file' : 'files'}, ${showCount(log.checkpoints)} checkpoints hold`}
        >
          <div className="verify-log">
            {log.bad.length > 0 && (
              <ul className="verify-bad">
                {log.bad.map((one, at) => (
                  <li key={at}>
                    <Badge tone="bad">{one.what}</Badge>
                    <span>
                      <Untrusted text={one.says} />
                      <span className="faint">
                        {' '}
                        {one.file}
                        {one.line > 0 && `, line ${one.line}`}
                      </span>
                    </span>
                  </li>
                ))}
                {log.badTotal > log.bad.length && <li className="faint">and {showCount(log.badTotal - log.bad.length)} more</li>}
              </ul>
            )}
            <Facts
              facts={[
                log.first === null || log.last === null
                  ? undefined
                  : [
                      'From',
                      <>
                        <Time at={log.first} /> to <Time at={log.last} />
                      </>,
                    ],
                ['Signed', <Signed key="signed" signed={log.signed} />],
                ['Noted by anchors', <Signed key="anchored" signed={log.anchored} />],
                ['Remembered by the keeper', <Signed key="remembered" signed={log.remembered} />],
                log.removed === 0 ? undefined : ['Removed', `${showCount(log.removed)} records whose time was over, each with a signature`],
              ]}
            />
            {log.remarks.map((remark) => (
              <p key={remark} className="soft">
                {remark}
              </p>
            ))}
          </div>
        </Panel>
      ))}
      {limits.length > 0 && (
        <Notice title="What this check cannot exclude">
          <ul>
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </Notice>
      )}
      {anchors.length > 0 && <p className="faint">Held against {anchors.join(', ')}.</p>}
    </>
  );
}

function Signed({ signed }: { readonly signed: { readonly records: number; readonly at: string } | null }): ReactElement {
  if (signed === null) return <span className="faint">nothing</span>;
  return (
    <>
      the first {showCount(signed.records)} records, <Time at={signed.at} />
    </>
  );
}

/** What was signed, and where that was noted down. */
function Checkpoints(): ReactElement | null {
  const { data } = useApi('readCheckpoints', {});
  if (data === undefined) return null;
  const { key, logs, anchors, faults } = data.value;
  return (
    <Panel title="Signatures" description="What was signed last of each log, and where that is noted down.">
      <div className="verify-log">
        {faults.map((fault) => (
          <Notice key={fault} tone="bad">
            {fault}
          </Notice>
        ))}
        <Facts
          facts={[
            ...logs.map(
              ({ slot, records, at }) =>
                [
                  slot,
                  <>
                    {showCount(records)} records, <Time at={at} form="distance" />
                  </>,
                ] as const,
            ),
            ...anchors.map(
              ({ name, owedSince, fault }) =>
                [
                  `Anchor ${name}`,
                  owedSince === null ? (
                    <Badge tone="good">has all</Badge>
                  ) : (
                    <>
                      <Badge tone="warn">behind</Badge> since <Time at={owedSince} form="distance" /> {fault}
                    </>
                  ),
                ] as const,
            ),
          ]}
        />
        {anchors.length === 0 && (
          <Notice tone="info" title="No anchor">
            Nobody outside this machine notes down what was signed, so nobody can tell whether the end of a log was cut off. Name one under
            audit.anchors.
          </Notice>
        )}
        {key !== null && <Code text={key} label="Public key" />}
      </div>
    </Panel>
  );
}
