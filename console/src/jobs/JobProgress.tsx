// How far something is that takes longer than an answer may.

import './jobs.css';
import type { ReactElement } from 'react';
import { Label, ProgressBar } from 'react-aria-components';
import type { JobView } from '../api/contract.ts';
import { useAct } from '../api/hooks.ts';
import { useRefusal } from '../api/session.tsx';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/State.tsx';
import { showBytes, showCount } from '../ui/units.ts';

/** A job that runs, with a way to give it up; nothing once it has done what it was to do. */
export function JobProgress({ job }: { readonly job: JobView }): ReactElement | null {
  const denied = useRefusal('cancelJob');
  const cancel = useAct('cancelJob', ['readReplay', 'readVerification', 'readJob']);
  const { done, total, unit } = job.progress;
  if (job.state === 'done') return null;
  if (job.state === 'failed') {
    return (
      <Notice tone="bad" title={`${job.says} failed`}>
        {job.problem}
      </Notice>
    );
  }
  if (job.state === 'cancelled') return <Notice title={`${job.says} was given up`} />;
  const show = unit === 'bytes' ? showBytes : (count: number): string => `${showCount(count)} ${unit}`;
  const counted = total === null ? show(done) : `${unit === 'bytes' ? show(done) : showCount(done)} of ${show(total)}`;
  const isCounted = total !== null && total > 0;
  return (
    <div className="job">
      <ProgressBar className="job-bar" {...(isCounted ? { value: done, maxValue: total } : { isIndeterminate: true })} valueLabel={counted}>
        {({ percentage }) => (
          <>
            <div className="job-head">
              <Label>{job.says}</Label>
              <span className="soft numeric">{counted}</span>
            </div>
            <svg
              className={isCounted ? 'job-track' : 'job-track job-track-open'}
              viewBox="0 0 100 1"
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <rect className="job-fill" width={isCounted ? (percentage ?? 0) : 30} height="1" />
            </svg>
          </>
        )}
      </ProgressBar>
      <Button size="small" disabledReason={denied} isPending={cancel.isPending} onPress={() => cancel.mutate({ path: { job: job.id } })}>
        Cancel
      </Button>
    </div>
  );
}
