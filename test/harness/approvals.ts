// The person who approves, as a test plays them: by the command line, like everybody.

import assert from 'node:assert/strict';
import { sallyport, until } from './gateway.ts';
import type { CommandResult, Gateway } from './gateway.ts';

/** A call that waits. */
export interface ListedApproval {
  readonly id: string;
  readonly state: string;
  readonly risk: string;
  readonly agent: string;
  readonly server: string;
  readonly name: string;
  readonly canBeShown: boolean;
}

/** Somebody in front of a terminal. */
export interface ApproverAtWork {
  /** What waits at a server, in the order of the list. */
  readonly waiting: (server?: string) => Promise<readonly ListedApproval[]>;
  /** The id of the one question that waits at a server, once there is one. */
  readonly question: (server: string) => Promise<string>;
  /** Decides; fails where the gateway does not take it. */
  readonly decide: (decision: 'approve' | 'reject', ...ids: readonly string[]) => Promise<void>;
  /** Tries to, showing a key of their own. */
  readonly tryToDecide: (decision: 'approve' | 'reject', ids: readonly string[], key?: string) => Promise<CommandResult>;
}

/** An approver at a gateway. */
export function createApprover(gateway: () => Gateway): ApproverAtWork {
  const waiting: ApproverAtWork['waiting'] = async (server) => {
    const listed = await gateway().cli('approvals', 'list', '--output', 'json');
    assert.equal(listed.code, 0, listed.stderr);
    const { approvals }: { approvals: readonly ListedApproval[] } = JSON.parse(listed.stdout);
    return approvals.filter((one) => server === undefined || one.server === server);
  };
  const tryToDecide: ApproverAtWork['tryToDecide'] = (decision, ids, key = '') => {
    const { dataFolder, folder } = gateway();
    return sallyport(['approvals', decision, ...ids, '--data', dataFolder], { cwd: folder, env: { SALLYPORT_APPROVER_KEY: key } });
  };
  return {
    waiting,
    question: async (server) => {
      let found: readonly ListedApproval[] = [];
      await until(async () => (found = await waiting(server)).length > 0, `a question about ${server}`);
      assert.equal(found.length, 1, JSON.stringify(found));
      return found[0]?.id ?? '';
    },
    decide: async (decision, ...ids) => {
      const said = await tryToDecide(decision, ids);
      assert.equal(said.code, 0, said.stderr);
    },
    tryToDecide,
  };
}

/** The approval that a refused agent is told of. */
export function approvalIn(text: string): string {
  return /\b(apr_[0-9a-f]+)\b/.exec(text)?.[1] ?? '';
}
