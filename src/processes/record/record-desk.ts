// The record in control: what people look at over the admin API, the checks that it goes through, and what happens now.

import { randomBytes } from 'node:crypto';
import type { AdminPorts, PolicyPages, RecordPages } from '../../admin/index.ts';
import type { AuditSettings } from '../../audit/index.ts';
import type { Log } from '../../telemetry/index.ts';
import type { JobsDesk } from '../jobs-desk.ts';
import type { News } from '../news.ts';
import { createCallFeed } from './call-feed.ts';
import { createEventPort } from './event-port.ts';
import type { RecordReader } from './reader.ts';
import { createRecordsPort, hidesNamesBy, refusalOfAgent } from './records-port.ts';
import { createVerifications } from './verifications.ts';

export interface RecordDeskOptions {
  readonly dataFolder: string;
  readonly version: string;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly reader: RecordReader;
  readonly jobs: JobsDesk;
  readonly news: News;
  /** What is in force of `audit`. */
  readonly audit: () => Pick<AuditSettings, 'reidentify' | 'subjects' | 'smallestGroup' | 'anchors'>;
  readonly checkpoints: Pick<AdminPorts['checkpoints'], 'read'>;
}

export interface RecordDesk {
  /** `documents`: where rules are written. */
  pages(documents: PolicyPages['policyDocument']): RecordPages;
  close(): Promise<void>;
}

export function createRecordDesk(options: RecordDeskOptions): RecordDesk {
  const { dataFolder, version, log, nowMs, reader, jobs, news, audit, checkpoints } = options;
  const feed = createCallFeed({ dataFolder, log });
  const hidesNames = (): boolean => hidesNamesBy(audit());
  return {
    pages: (documents) => ({
      records: {
        ...createRecordsPort({ reader, version, nowMs, randomBytes, privacy: audit, checkpoints: () => checkpoints.read(), documents }),
        ...createVerifications({
          reader,
          jobs,
          anchors: () => audit().anchors.flatMap(({ target }) => (target.kind === 'file' ? [target.path] : [])),
        }),
      },
      jobs: jobs.port,
      events: createEventPort({ feed, jobs, news, hidesNames, refusalOf: (query) => refusalOfAgent(query, hidesNames()) }),
    }),
    close: () => feed.close(),
  };
}
