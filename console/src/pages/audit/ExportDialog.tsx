// The record, or what the filter leaves of it, as a file for other tools.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { download } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import type { ApiProblem } from '../../api/problem.ts';
import { useRefusal } from '../../api/session.tsx';
import { toOptions, toQuery } from '../../records/filter.ts';
import type { RecordFilter } from '../../records/filter.ts';
import { commands } from '../../commands.ts';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { toast } from '../../ui/Toast.tsx';

const FORMATS = [
  { value: 'csv', label: 'CSV', description: 'One row for each call, for spreadsheets' },
  { value: 'jsonl', label: 'JSON lines', description: 'The records as they stand in the log' },
  { value: 'ocsf', label: 'OCSF', description: 'Events of the Open Cybersecurity Schema Framework, for a SIEM' },
  { value: 'otlp', label: 'OTLP', description: 'OpenTelemetry logs, as a collector takes them' },
] as const;
type Format = (typeof FORMATS)[number]['value'];

/** Which entries, and whether it is asked. */
export interface ExportDialogProps {
  readonly filter: RecordFilter;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks for a format and downloads. */
export function ExportDialog({ filter, isOpen, onClose }: ExportDialogProps): ReactElement {
  const [format, setFormat] = useState<Format>('csv');
  const [reason, setReason] = useState('');
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const refusal = useRefusal('exportRecords');
  // An export is oldest first, whatever the list was.
  const { order: _, ...wanted } = filter;
  const why = reason.trim() === '' ? undefined : reason.trim();
  const onExport = async (): Promise<void> => {
    setPending(true);
    setProblem(undefined);
    try {
      await download('exportRecords', { query: { ...toQuery(wanted, Date.now()), format, reason: why } });
      onClose();
      toast({ tone: 'good', title: 'Exported', detail: 'The file is with your downloads.' });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <ConfirmDialog
      title="Export the record"
      isOpen={isOpen}
      onClose={onClose}
      confirmLabel="Export"
      isPending={isPending}
      problem={problem}
      disabledReason={refusal}
      command={commands.exportRecord({ format, filter: toOptions(wanted), reason })}
      onConfirm={() => void onExport()}
    >
      <p>
        What the filter leaves, oldest first. Nothing of what was said is in it, since none of it is on record; who called is. That it was
        exported goes on record.
      </p>
      <Select label="Format" options={FORMATS} value={format} onChange={setFormat} />
      <Field label="Why" value={reason} onChange={setReason} description="For the record." />
    </ConfirmDialog>
  );
}
