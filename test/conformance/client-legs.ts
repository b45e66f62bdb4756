// The client scenarios of the suite: its own servers, and a client of ours that calls them, directly and through the gateway. Then the
// same servers for a client of the other era: there it is the gateway that the suite's server sees. The auth/* scenarios are not among
// them: an agent authenticates at the gateway, and the gateway at the server, so neither sees the other's (docs/reference/bridging.md).

import { join } from 'node:path';
import { repositoryRoot } from '../harness/index.ts';
import type { Leg } from './leg.ts';

/** Scenario, revision of the suite's server, and how many checks there are to pass. */
const SCENARIOS = [
  ['tools_call', '2026-07-28', 2],
  ['request-metadata', '2026-07-28', 6],
  ['http-standard-headers', '2026-07-28', 9],
  ['http-custom-headers', '2026-07-28', 18],
  ['http-invalid-tool-headers', '2026-07-28', 12],
  ['sep-2322-client-request-state', '2026-07-28', 5],
  ['json-schema-ref-no-deref', '2026-07-28', 1],
  ['json-schema-2020-12-preservation', '2026-07-28', 9],
  ['initialize', '2025-11-25', 1],
  ['tools_call', '2025-11-25', 2],
  ['tools_call', '2025-06-18', 2],
  ['json-schema-2020-12-preservation', '2025-11-25', 9],
  ['elicitation-sep1034-client-defaults', '2025-11-25', 5],
  ['sse-retry', '2025-11-25', 3],
] as const;

const CLIENT = join(repositoryRoot, 'test', 'conformance', 'client', 'main.ts');

/** Every leg in which the suite is the server. */
export const CLIENT_LEGS: readonly Leg[] = SCENARIOS.flatMap(([scenario, revision, checks]) =>
  (['modern', 'legacy'] as const).map((agent): Leg => {
    const same = (agent === 'modern') === (revision === '2026-07-28');
    const name = `client ${scenario} ${revision}${same ? '' : ` from ${agent}`}`;
    return {
      name,
      kind: same ? 'same' : 'bridge',
      tests: 'client',
      args: (ends, side) => {
        // The suite hands the line to a shell.
        const command = [process.execPath, CLIENT, '--era', agent, ...ends.client(name, side)]
          .map((word) => JSON.stringify(word))
          .join(' ');
        return ['client', '--command', command, '--scenario', scenario, '--spec-version', revision];
      },
      required: 'all',
      atLeast: { scenarios: 1, checks },
    };
  }),
);
