// The anchors that the gateway of a data folder was told of, for whoever checks its record without naming any.

import { DEFAULT_AUDIT, findUnreadable } from '../audit/index.ts';
import { readSnapshot } from './evidence-parts.ts';

/** What of them a check can use. */
export interface ConfiguredAnchors {
  readonly files: readonly string[];
  /** Sentences about those that are used, and about those that are not: they must not be taken for having been looked at. */
  readonly used: readonly string[];
  readonly unused: readonly string[];
}

/** As the config in force says, which whoever can write the data folder can change: an auditor names anchors by hand. */
export async function configuredAnchors(folder: string): Promise<ConfiguredAnchors> {
  const { anchors } = readSnapshot(folder)?.shards.config.audit ?? DEFAULT_AUDIT;
  const files: string[] = [];
  const used: string[] = [];
  const unused: string[] = [];
  for (const { name, target } of anchors) {
    const unreadable = target.kind === 'file' ? await findUnreadable({ files: [target.path] }) : undefined;
    if (target.kind !== 'file') unused.push(`The anchor ${name} is no file and was not asked: name its notes with --anchor FILE.`);
    else if (unreadable !== undefined) unused.push(`The anchor ${name} was not used: ${unreadable}`);
    else {
      files.push(target.path);
      used.push(`Held against the anchor ${name}, ${target.path}.`);
    }
  }
  return { files, used, unused };
}
