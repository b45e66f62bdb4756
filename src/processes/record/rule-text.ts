// The rule that decided a call, as it is written now: the policy may have changed since, and whoever reads why a call was denied has to know that.

import type { PolicyPages, RecordRule } from '../../admin/index.ts';

/** Revisions that are looked through for the one that was in force then. */
const MAX_REVISIONS = 200;

type Documents = Pick<PolicyPages['policyDocument'], 'read' | 'history' | 'readRevision'>;

export async function findRule(documents: Documents, name: string, timeMs: number): Promise<RecordRule> {
  const policy = await documents.read();
  const rule = policy.ok ? policy.value.rules.find((one) => one.name === name) : undefined;
  if (!policy.ok || rule === undefined) return { name, file: null, line: null, text: null, isSame: policy.ok ? false : null };
  const { source, text } = policy.value;
  const written = text
    .split('\n')
    .slice(rule.line - 1, rule.endLine)
    .join('\n');
  return {
    name,
    file: source.file,
    line: source.firstLine + rule.line - 1,
    text: written,
    isSame: await wasSame(documents, written, timeMs),
  };
}

/** Whether the policy of that time has the rule as it is written now; null: nobody can say any more. */
async function wasSame(documents: Documents, written: string, timeMs: number): Promise<boolean | null> {
  const history = await documents.history({ limit: MAX_REVISIONS });
  // The newest come first.
  const then = history.ok ? history.value.revisions.find(({ at }) => Date.parse(at) <= timeMs) : undefined;
  if (then === undefined) return null;
  if (then.inForce) return true;
  const revision = await documents.readRevision(String(then.revision));
  return revision.ok ? revision.value.text.includes(written) : null;
}
