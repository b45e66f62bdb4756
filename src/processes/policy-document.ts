// The policy as people change it: as text, checked as a reload would check it, written into the file it stands in, put in force, and noted with who and
// why. One change after the other; whatever fails leaves the file as it was and what is in force in force. Where it takes two people, a change is kept as a
// proposal until another person accepts it.

import type { AdminProblem, CheckedPolicy, PolicyDocumentPort, PolicyView, PolicyWriting, WritePolicyInput } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { PolicyProposal } from '../cluster/index.ts';
import { outlinePolicy } from '../config/index.ts';
import type { ConfigProblem, ConfigShard, PolicySource } from '../config/index.ts';
import type { WrittenConfig } from './config-file.ts';
import { differOnlyInPolicy, tagOf } from './policy-file.ts';
import type { CheckedText, PolicyFile } from './policy-file.ts';
import type { Authorship, PolicyHistory } from './policy-history.ts';
import { toCheckedPolicy, toProblemView } from './policy-views.ts';
import { mayPropose, whyUnknown } from './policy-writer.ts';
import type { PolicyWriter } from './policy-writer.ts';
import type { RuleUses } from './rule-uses.ts';

export interface PolicyDocumentOptions {
  readonly file: PolicyFile;
  readonly history: PolicyHistory;
  /** The config in force, and the texts that it was read from. */
  readonly shard: () => ConfigShard | undefined;
  readonly written: () => WrittenConfig | undefined;
  /** What the last attempt to put a config in force complained of. */
  readonly warnings: () => readonly ConfigProblem[];
  /** Reads the config again; gives back what is wrong with it. */
  readonly load: () => Promise<readonly ConfigProblem[]>;
  /** Keeps a change until somebody accepts it. */
  readonly propose: (proposal: NewProposal) => Promise<Result<PolicyProposal, AdminProblem>>;
  readonly uses: () => Promise<RuleUses | undefined>;
}

/** A change that has been checked. */
export interface NewProposal {
  readonly input: WritePolicyInput;
  readonly who: PolicyWriter;
  /** Tag of what it is to replace. */
  readonly base: string;
}

export interface PolicyDocument extends Pick<PolicyDocumentPort, 'read'> {
  /** Refused where a change takes two people and nobody knows who this is. */
  write(
    input: WritePolicyInput,
    writing: Omit<PolicyWriting, 'who'> & { readonly who: PolicyWriter },
  ): Promise<Result<CheckedPolicy, AdminProblem>>;
  /** What would come of a text, against the policy as it is written. */
  check(text: string): Promise<CheckedPolicy | undefined>;
  /** Tag of the policy as it is written; undefined: it cannot be read. */
  tag(): string | undefined;
  /** Writes a text in place of the one with this tag, and puts it in force. */
  apply(text: string, base: string, author: Authorship): Promise<Result<CheckedPolicy, AdminProblem>>;
  /** A config was put in force. */
  onApplied(written: WrittenConfig): Promise<void>;
}

export function createPolicyDocument(options: PolicyDocumentOptions): PolicyDocument {
  const { file, history, shard, written, warnings, load, propose, uses } = options;
  let turn: Promise<unknown> = Promise.resolve();
  /** Who writes the policy that is being put in force now. */
  let author: { readonly tag: string; readonly authorship: Authorship } | undefined;

  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const result = turn.then(action);
    turn = result.catch(() => {});
    return result;
  };
  const separation = (): 'one' | 'two' => shard()?.admin?.separation.policy ?? 'one';
  const isInForce = (source: PolicySource): boolean => {
    const known = written()?.policy;
    return known?.file === source.file && known.text === source.text;
  };

  /** What is wrong with the policy as it stands: of what is in force that is known. */
  const standing = async (source: PolicySource): Promise<Pick<CheckedText, 'problems' | 'tested'>> =>
    isInForce(source) ? { problems: warnings(), tested: written()?.tested } : file.check(source, source.text);

  /** Everybody who looks at the policy looks at the same text. */
  let outlined: { readonly text: string; readonly outline: ReturnType<typeof outlinePolicy> } | undefined;
  const outlineOf = (text: string): ReturnType<typeof outlinePolicy> => {
    if (outlined?.text !== text) outlined = { text, outline: outlinePolicy(text) };
    return outlined.outline;
  };

  const view = async (source: PolicySource): Promise<PolicyView> => {
    const { problems, tested } = await standing(source);
    const outline = outlineOf(source.text);
    const used = await uses();
    const why = file.whyFixed(source) ?? null;
    const tag = tagOf(source.text);
    return {
      text: source.text,
      tag,
      source: { kind: source.kind, file: source.file, firstLine: source.firstLine },
      inForce: isInForce(source),
      problems: problems.map((problem) => toProblemView(problem, source)),
      rules: outline.rules.map(({ name, effect, line, endLine }) => ({ name, effect, line, endLine, uses: used?.of(name) ?? null })),
      usesSince: used?.since ?? null,
      cases: { patterns: [...outline.cases], files: [...(tested?.files ?? [])], count: tested?.cases ?? 0 },
      writable: why === null,
      why,
      separation: separation(),
      revision: history.inForce?.tag === tag ? history.inForce.number : null,
    };
  };
  /** Nothing of it can be read, or there is none. */
  const blank = (says: string): PolicyView => ({
    text: written()?.policy.text ?? '',
    tag: tagOf(''),
    source: { kind: 'none', file: written()?.file ?? null, firstLine: 1 },
    inForce: false,
    problems: [],
    rules: [],
    usesSince: null,
    cases: { patterns: [], files: [], count: 0 },
    writable: false,
    why: says,
    separation: separation(),
    revision: null,
  });

  /** A text that may be written: it is checked, and nothing but the policy would be put in force with it. */
  const ready = async (source: PolicySource, text: string): Promise<Result<CheckedText & { readonly whole: string }, AdminProblem>> => {
    const why = file.whyFixed(source);
    if (why !== undefined) return fail({ code: 'policy_fixed', detail: why });
    const checked = await file.check(source, text);
    if (checked.shard === undefined || checked.whole === undefined) return fail(toRefusal(checked.problems));
    const current = shard();
    if (current === undefined || !differOnlyInPolicy(checked.shard, current)) return fail(OTHER_CHANGES);
    return ok({ ...checked, whole: checked.whole });
  };

  const apply = async (source: PolicySource, text: string, authorship: Authorship): Promise<Result<CheckedPolicy, AdminProblem>> => {
    const checked = await ready(source, text);
    if (!checked.ok) return checked;
    const { whole } = checked.value;
    const put = file.write(source, whole);
    if (!put.ok) return fail(put.error === 'changed' ? CHANGED : { code: 'policy_fixed', detail: put.error.says });
    const after = file.read();
    // As it stands in the file now, which ends its last line where the text did not.
    const stands = after.ok ? after.value.text : text;
    author = { tag: tagOf(stands), authorship };
    try {
      const errors = await load();
      if (errors.length === 0)
        return ok(toCheckedPolicy('saved', { source, text: stands, checked: checked.value, revision: history.inForce?.number ?? null }));
      // It was right a moment ago: something beside it has changed. The file is to say again what is in force.
      if (after.ok) file.write({ ...after.value, whole }, source.whole);
      await load();
      return fail(toRefusal(errors));
    } finally {
      author = undefined;
    }
  };

  const write = async (
    input: WritePolicyInput,
    { who, isDryRun, expectedTag }: Parameters<PolicyDocument['write']>[1],
  ): Promise<Result<CheckedPolicy, AdminProblem>> => {
    const read = file.read();
    if (!read.ok) return fail({ code: 'policy_fixed', detail: read.error });
    const source = read.value;
    const base = tagOf(source.text);
    if (expectedTag !== undefined && expectedTag !== base) return fail(CHANGED);
    const { text, reason, restores } = input;
    if (isDryRun) {
      const checked = await file.check(source, text);
      return ok(toCheckedPolicy(checked.shard === undefined ? 'refused' : 'checked', { source, text, checked }));
    }
    if (restores !== null && (await history.tagOf(restores)) !== tagOf(text))
      return fail({ code: 'revision_unknown', detail: `This is not the text of revision ${restores}.` });
    if (text === source.text && isInForce(source))
      return ok(
        toCheckedPolicy('unchanged', { source, text, checked: { problems: warnings(), tested: written()?.tested, changes: NO_CHANGES } }),
      );
    if (separation() === 'one') return apply(source, text, { actor: who.actor, reason, restores, acceptedBy: null });
    if (!mayPropose(who)) return fail(who.role === undefined ? toUnknownWriter(who) : WRONG_ROLE);
    const checked = await ready(source, text);
    if (!checked.ok) return checked;
    const proposed = await propose({ input, who, base });
    if (!proposed.ok) return proposed;
    return ok(toCheckedPolicy('proposed', { source, text, checked: checked.value, proposal: proposed.value.id }));
  };

  return {
    read: async () => {
      const source = file.read();
      return ok(source.ok ? await view(source.value) : blank(source.error));
    },
    write: (input, writing) => (writing.isDryRun ? write(input, writing) : inTurn(() => write(input, writing))),
    check: async (text) => {
      const source = file.read();
      if (!source.ok) return undefined;
      const checked = await file.check(source.value, text);
      return toCheckedPolicy(checked.shard === undefined ? 'refused' : 'checked', { source: source.value, text, checked });
    },
    tag: () => {
      const source = file.read();
      return source.ok ? tagOf(source.value.text) : undefined;
    },
    apply: (text, base, authorship) =>
      inTurn(async () => {
        const source = file.read();
        if (!source.ok) return fail({ code: 'policy_fixed', detail: source.error });
        return tagOf(source.value.text) === base ? apply(source.value, text, authorship) : fail(CHANGED);
      }),
    onApplied: async ({ policy }) => {
      const tag = tagOf(policy.text);
      await history.note(policy.text, author?.tag === tag ? author.authorship : undefined);
    },
  };
}

const NO_CHANGES: CheckedText['changes'] = { rules: [], otherwise: [] };
const CHANGED: AdminProblem = {
  code: 'version_changed',
  detail: 'The policy is not what it was when you read it: somebody else has changed it. Read it again, and make your change to that.',
};
const OTHER_CHANGES: AdminProblem = {
  code: 'file_changed',
  detail:
    "The config file holds other changes that are not in force, and saving the policy would put them in force too. Put them in force with 'sallyport reload', or take them back, and save again.",
};
const WRONG_ROLE: AdminProblem = { code: 'forbidden', detail: 'The policy is changed by the role operator or admin.' };

function toUnknownWriter(who: PolicyWriter): AdminProblem {
  return {
    code: 'forbidden',
    detail: `It takes two people to change the policy here, so it must be known who you are: ${whyUnknown(who)}.`,
  };
}

function toRefusal(problems: readonly ConfigProblem[]): AdminProblem {
  return { code: 'config_refused', detail: 'The policy cannot be put in force; the one before stays.', problems };
}
