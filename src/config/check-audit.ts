// What a config says of the record: servers of which nothing is looked at, and what else in the config would have to look; switches that are weaker than
// the profile that is named.

import { PROFILES } from '../audit/index.ts';
import type { AuditSettings } from '../audit/index.ts';
import { compileGlob, isGlob } from '../base/index.ts';
import type { Rule } from '../policies/index.ts';
import type { Report } from './check.ts';
import { suggest } from './suggest.ts';
import type { ConfigShard } from './types.ts';
import { unreadAmong } from './unread.ts';

/** Checks `audit` against the rest of the config. */
export function checkAudit(shard: ConfigShard, audit: AuditSettings, report: Report): void {
  checkSwitches(audit, report);
  const names = shard.servers.map(({ name }) => name);
  checkNames(audit, shard, names, report);
  const unread = unreadAmong(audit.noInspect, names);
  if (unread.size === 0) return;
  checkMembers(shard, unread, report);
  checkTrust(shard, unread, report);
  checkRules(shard, [...unread], report);
  checkLimits(shard, [...unread], report);
}

/** A profile is a promise to people: whoever reads its name must not be misled by a key further down. */
function checkSwitches(audit: AuditSettings, report: Report): void {
  const promised = PROFILES[audit.profile];
  const weaker = (key: keyof typeof promised, what: string): void =>
    report(
      'warning',
      ['audit', key],
      `is weaker than the profile ${audit.profile}, which ${what}`,
      `Remove it, or name the profile that is meant: the record says ${audit.profile}.`,
    );
  if (promised.subjects === 'pseudonyms' && audit.subjects === 'names') weaker('subjects', 'keeps names out of the record');
  if (promised.reidentify === 'two' && audit.reidentify === 'one') weaker('reidentify', 'wants two people for it');
  if (promised.smallestGroup > audit.smallestGroup)
    weaker('smallestGroup', `shows no figures about fewer than ${promised.smallestGroup} people`);
  if (promised.capture === 'refused' && audit.capture === 'allowed') weaker('capture', 'refuses it');
  if (promised.retentionDays > audit.retentionDays) weaker('retentionDays', `keeps records for ${promised.retentionDays} days`);
}

function checkNames({ noInspect }: AuditSettings, { servers }: ConfigShard, names: readonly string[], report: Report): void {
  for (const [index, pattern] of noInspect.entries()) {
    const at = ['audit', 'noInspect', index];
    const matches = compileGlob(pattern);
    const meant = servers.filter(({ name }) => matches(name));
    if (meant.length === 0 && isGlob(pattern))
      report('warning', at, `"${pattern}" matches no server of this config`, suggest(pattern, names) ?? 'Correct it, or remove it.');
    else if (meant.length === 0)
      // What somebody wants nobody to look at would be looked at.
      report('error', at, `"${pattern}" is not a server of this config`, suggest(pattern, names) ?? 'Correct it, or remove it.');
    for (const { name, kind } of meant)
      if (kind === 'stdio')
        report(
          'error',
          at,
          `covers ${name}, which is a program: what is said to it cannot be handed on without being read`,
          'Take it out, or reach that server over HTTP.',
        );
  }
}

function checkMembers({ routes }: ConfigShard, unread: ReadonlySet<string>, report: Report): void {
  for (const { path, servers } of routes)
    for (const [index, name] of servers.entries())
      if (unread.has(name))
        report(
          'error',
          ['routes', path, 'servers', index],
          `names ${name}, of which ${UNSEEN}: what several servers say cannot be put together unread`,
          `Remove it: agents reach it at /mcp/${name}.`,
        );
}

function checkTrust({ servers }: ConfigShard, unread: ReadonlySet<string>, report: Report): void {
  for (const { name, trust } of servers)
    if (unread.has(name) && trust === 'review')
      report(
        'warning',
        ['servers', name, 'trust'],
        `has no effect: ${UNSEEN}, so nobody sees what it offers`,
        'Remove it, or take the server out of audit.noInspect.',
      );
}

/** A rule about a part of a server is about all of it where nobody can tell which part a request is about. */
function checkRules({ policy, servers }: ConfigShard, unread: readonly string[], report: Report): void {
  const names = servers.map(({ name }) => name);
  const open = new Set<string>();
  policy.rules.forEach((rule, index) => {
    const concerned = among(rule.servers, unread);
    if (concerned.length === 0) return;
    const at = ['policy', 'rules', index];
    const which = concerned.join(', ');
    if (rule.effect === 'allow' && !isNarrow(rule) && !looksIn(rule)) for (const name of concerned) open.add(name);
    // Of a rule for many servers these are some, and it does what it is there for at the others.
    else if (rule.effect === 'allow' && concerned.length === among(rule.servers, names).length)
      report(
        'warning',
        at,
        `lets nothing through on ${which}, of which ${UNSEEN}`,
        'Write a rule for it that names only agents and servers.',
      );
    else if (rule.effect === 'ask') report('warning', at, `denies everything on ${which}: ${UNSEEN}, so nobody can be asked`, EXCLUDE);
    else if (rule.effect === 'deny' && isNarrow(rule))
      report('warning', at, `denies everything on ${which}: ${UNSEEN}, so anything might be what it is about`, EXCLUDE);
  });
  for (const name of unread)
    if (!open.has(name))
      report(
        'warning',
        ['servers', name],
        `cannot be used: ${UNSEEN}, and no rule allows it as a whole`,
        'Write a rule with effect: allow that names only agents and this server.',
      );
}

const UNSEEN = 'nothing is looked at (audit.noInspect)';
const EXCLUDE = 'Name the servers that the rule is meant for.';

function isNarrow({ tools, prompts, resources, labels, after, when }: Rule): boolean {
  return [tools, prompts, resources, labels, after, when].some((part) => part !== undefined);
}

function looksIn({ inspect, redact, capture }: Rule): boolean {
  return [inspect, redact, capture].some((duty) => duty !== undefined);
}

function checkLimits({ policy }: ConfigShard, unread: readonly string[], report: Report): void {
  for (const [name, limit] of Object.entries(policy.limits ?? {})) {
    const concerned = among(limit.servers, unread);
    const isPart = [limit.tools, limit.prompts, limit.resources, limit.labels, limit.repeats].some((part) => part !== undefined);
    if (concerned.length > 0 && isPart && !limit.servers.includes('*'))
      report(
        'warning',
        ['policy', 'limits', name],
        `does not count what goes to ${concerned.join(', ')}, of which ${UNSEEN}`,
        'Write a limit that names only servers: it counts every request there.',
      );
  }
}

function among(patterns: readonly string[], names: readonly string[]): readonly string[] {
  const matchers = patterns.map(compileGlob);
  return names.filter((name) => matchers.some((matches) => matches(name)));
}
