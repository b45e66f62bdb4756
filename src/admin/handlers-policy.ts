// From requests about the policy as it is written, about definitions one by one, and about settings, to their ports.

import type { DEFINITION_ENDPOINTS } from './contract-definitions.ts';
import type { POLICY_DOCUMENT_ENDPOINTS } from './contract-policy-document.ts';
import type { SETTINGS_ENDPOINTS } from './contract-settings.ts';
import { map } from './handler.ts';
import type { Handlers } from './handler.ts';

export const POLICY_HANDLERS: Handlers<
  keyof typeof POLICY_DOCUMENT_ENDPOINTS | keyof typeof DEFINITION_ENDPOINTS | keyof typeof SETTINGS_ENDPOINTS | 'listBuckets'
> = {
  readPolicy: async ({ policyDocument }) => map(await policyDocument.read(), (value) => ({ value, version: value.tag })),
  writePolicy: async ({ policyDocument }, { body, isDryRun, expectedTag, actor, approver, visit }) => {
    const by = await actor();
    if (!by.ok) return by;
    const who = { key: approver, signedIn: visit?.signedIn, actor: by.value };
    return map(await policyDocument.write(body, { who, isDryRun, expectedTag }), (value) => ({ value, version: value.tag }));
  },
  listProposals: async ({ policyDocument }, { query }) => map(await policyDocument.proposals(query), (value) => ({ value })),
  readProposal: async ({ policyDocument }, { proposal }) => map(await policyDocument.readProposal(proposal), (value) => ({ value })),
  decideProposal: async ({ policyDocument }, { proposal, body, actor, approver, visit }) => {
    const by = await actor();
    if (!by.ok) return by;
    const who = { key: approver, signedIn: visit?.signedIn, actor: by.value };
    return map(await policyDocument.decide(proposal, body, who), (value) => ({ value }));
  },
  listPolicyRevisions: async ({ policyDocument }, { query }) => map(await policyDocument.history(query), (value) => ({ value })),
  readPolicyRevision: async ({ policyDocument }, { revision }) => map(await policyDocument.readRevision(revision), (value) => ({ value })),
  beginReplay: async ({ policyDocument }, { body, actor }) => {
    const by = await actor();
    return by.ok ? map(await policyDocument.replay(body, by.value), (value) => ({ value })) : by;
  },
  readReplay: async ({ policyDocument }, { job }) => map(await policyDocument.readReplay(job), (value) => ({ value })),
  readPolicySchema: async ({ policyDocument }) => map(await policyDocument.schema(), (value) => ({ value })),
  listDefinitions: async ({ definitions }, { query }) => map(await definitions.list(query), (value) => ({ value })),
  readDefinition: async ({ definitions }, { query }) => map(await definitions.read(query), (value) => ({ value })),
  readSettings: async ({ settings }, { query }) => map(await settings(query), (value) => ({ value })),
  listBuckets: async ({ buckets }, { query }) => map(await buckets(query), (value) => ({ value })),
};
