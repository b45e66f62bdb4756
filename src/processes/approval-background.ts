// What a person should know beside what a call says before they answer for it: what was approved of the thing that it would use, and the rule that asks.

import type { ApprovalBackground, ShownApproval } from '../admin/index.ts';
import type { ApprovalRecord } from '../cluster/index.ts';
import { describeConcern } from '../policies/index.ts';
import type { Rule } from '../policies/index.ts';
import { bytesOfLarge } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import { valueOf } from './definition-thing.ts';
import type { FactsOf } from './tool-facts-view.ts';

export interface ApprovalBackgroundOptions {
  /** Undefined: control has not read yet what is approved. */
  readonly authority: () => Pick<CatalogueAuthority, 'all' | 'seen'> | undefined;
  readonly factsOf: FactsOf;
  /** Of the policy in force. */
  readonly rules: () => readonly Rule[];
}

/** Tells what stands behind a question. */
export type TellBackground = (record: ApprovalRecord) => Promise<ApprovalBackground>;

export function createApprovalBackground({ authority, factsOf, rules }: ApprovalBackgroundOptions): TellBackground {
  const thingOf = async ({ server, kind, name, fingerprint }: ApprovalRecord): Promise<ShownApproval['thing']> => {
    const known = authority();
    if (known === undefined || kind === 'resource' || fingerprint === null) return null;
    // A thing that several definitions are approved for was asked about with all of them.
    const asked = new Set(fingerprint.split(','));
    const isIt = (one: { readonly kind: string; readonly name: string }): boolean => one.kind === kind && one.name === name;
    const shapes = (await known.seen(server)).filter((row) => isIt(row) && asked.has(row.fingerprint));
    const shape = shapes.findLast(({ current }) => current) ?? shapes.at(-1);
    if (shape === undefined) return null;
    const catalogue = known.all().find((one) => one.server === server);
    const approved = catalogue?.pins?.pins.find(isIt)?.fingerprints ?? [];
    const definition = bytesOfLarge(shape) === undefined ? valueOf(shape) : null;
    return {
      title: textIn(definition, 'title'),
      description: textIn(definition, 'description'),
      facts:
        kind === 'tool'
          ? factsOf(
              server,
              name,
              catalogue?.guesses.find((one) => one.name === name),
            )
          : null,
      approvedBy: shape.decidedBy,
      approvedAt: shape.decidedAt,
      hasChanged: approved.join() !== fingerprint || catalogue?.withheld.some(isIt) === true,
    };
  };
  const ruleOf = ({ rule: name }: ApprovalRecord): ShownApproval['askingRule'] => {
    const rule = rules().find((one) => one.name === name && one.effect === 'ask');
    if (rule === undefined) return null;
    const { description = null, when = null } = rule;
    return { description, concerns: describeConcern({ ...rule, when: undefined }), when };
  };
  return async (record) => ({ thing: await thingOf(record), askingRule: ruleOf(record) });
}

function textIn(definition: unknown, member: 'title' | 'description'): string | null {
  if (typeof definition !== 'object' || definition === null) return null;
  const text: unknown = Object.getOwnPropertyDescriptor(definition, member)?.value;
  return typeof text === 'string' && text !== '' ? text : null;
}
