// What is asked again when the gateway says that something has changed: the endpoints whose answers show it.

import type { Changed } from './contract.ts';
import type { Endpoint } from './endpoints.ts';

/** What changed → endpoints whose answers are old now. */
export const STALE_AFTER: Readonly<Record<Changed, readonly Endpoint[]>> = {
  agents: ['listAgents', 'readAgent', 'readOverview'],
  approvals: ['listApprovals', 'listAllApprovals', 'readApproval', 'readOverview'],
  catalogue: ['readCatalogue', 'readLookAlikes', 'listDefinitions', 'readDefinition', 'readServer', 'readOverview'],
  checkpoints: ['readCheckpoints'],
  flow: ['readFlow'],
  holds: ['listHolds'],
  lockdown: ['readLockdown', 'readStatus', 'readOverview'],
  operators: ['listOperators', 'readSession'],
  policy: ['readPolicy', 'listPolicyRevisions', 'explain', 'readLimits', 'readStatus'],
  proposals: ['listProposals', 'readProposal'],
  releases: ['listReleases', 'readOverview'],
  servers: ['listServers', 'readServer', 'readOverview'],
  settings: ['readSettings', 'readStatus', 'readSession'],
};
