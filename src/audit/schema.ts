// What `audit` in a config looks like as people write it. What a profile sets stands in privacy.ts.

import * as z from 'zod';
import { PRIVACY_PROFILES, PROFILES } from './privacy.ts';
import type { AnchorConfig, AnchorTarget, AuditSettings } from './privacy.ts';

const MAX_ENTRIES = 100;
/** Its private half was thrown away. */
const EXAMPLE_KEY = 'sallyport-vault1:AbzAoiabFILIP7R9f5B_B67AtUuSedamTkL5oSsB7wk';

const word = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,62}$/,
      `must be the name of ${what}: begin with a lowercase letter, and hold at most 63 lowercase letters, digits and hyphens`,
    );

const place = word('a place').meta({ description: 'A name for where it is, as you call it.', examples: ['eu'] });
const days = (what: string) =>
  z
    .int('must be a whole number of days')
    .min(1, 'must be at least 1')
    .max(36_500, 'must be at most 36500')
    .meta({ description: what, examples: [400] });

const urlSchema = z
  .union([
    z.strictObject({
      env: z
        .string()
        .min(1, 'must not be empty')
        .meta({ description: 'Environment variable of the gateway that holds it.', examples: ['ANCHOR_URL'] }),
    }),
    z.strictObject({
      file: z
        .string()
        .min(1, 'must not be empty')
        .meta({ description: 'File whose text it is; only the user of the gateway should be able to read it.', examples: ['anchor-url'] }),
    }),
  ])
  .meta({
    description: 'Where the URL comes from, since it holds a password: { env: NAME } or { file: path }.',
    examples: [{ env: 'ANCHOR_URL' }],
  });

const anchorSchema = z
  .strictObject({
    file: z
      .string()
      .min(1, 'must not be empty')
      .optional()
      .meta({
        description: 'A file that notes are appended to, on another disk or host.',
        examples: ['/mnt/other-host/sallyport.notes'],
      }),
    command: z
      .array(z.string().min(1, 'must not be empty'))
      .min(1, 'must not be empty')
      .max(64, 'must have at most 64 entries')
      .optional()
      .meta({ description: 'A program that is started with the notes on its standard input.', examples: [['/usr/local/bin/keep-note']] }),
    postgres: urlSchema.optional().meta({ description: 'A PostgreSQL database whose table sallyport_checkpoints takes the notes.' }),
    residency: place.optional(),
  })
  .refine(({ file, command, postgres }) => [file, command, postgres].filter((one) => one !== undefined).length === 1, {
    message: 'must have one of file, command and postgres.',
  });

const purposeSchema = z.strictObject({
  recipient: z
    .string()
    .regex(/^sallyport-vault1:[A-Za-z0-9_-]{43}$/, 'must be a public key as sallyport vault keygen prints it: sallyport-vault1:…')
    .meta({
      description: 'Public key of whoever can open what is sealed; sallyport vault keygen makes one.',
      examples: [EXAMPLE_KEY],
    }),
  expires: z.iso
    .date('must be a day, as 2027-01-31')
    .meta({ description: 'The last day on which anything is sealed for it, in UTC.', examples: ['2027-01-31'] }),
  keepDays: days('What was sealed is removed after so many days.').default(30),
});

/** The key `audit`. */
export const auditSchema = z
  .strictObject({
    profile: z
      .enum(PRIVACY_PROFILES)
      .default('minimal')
      .meta({
        description:
          'A set of switches for what the record keeps of people: docs/audit.md says what each sets. The keys below change single ones.',
        examples: ['works-council'],
      }),
    subjects: z
      .enum(['names', 'pseudonyms'])
      .optional()
      .meta({
        description: 'names: records name agents. pseudonyms: they hold only pseudonyms, and what resolves them is kept apart.',
        examples: ['pseudonyms'],
      }),
    reidentify: z
      .enum(['one', 'two'])
      .optional()
      .meta({
        description: 'How many people it takes to learn whose a pseudonym is.',
        examples: ['two'],
      }),
    smallestGroup: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(1000, 'must be at most 1000')
      .optional()
      .meta({
        description: 'Figures about fewer people than this are not shown.',
        examples: [5],
      }),
    capture: z
      .enum(['allowed', 'refused'])
      .optional()
      .meta({
        description: 'Whether rules may have what is said sealed into the vault.',
        examples: ['refused'],
      }),
    retentionDays: days('Records are kept so long.').optional(),
    noInspect: z
      .array(z.string().min(1, 'must not be empty'))
      .max(MAX_ENTRIES, `must have at most ${MAX_ENTRIES} entries`)
      .default([])
      .meta({
        description:
          'Servers of which nothing is looked at or held, by name or glob: only who called them, when, and how much is on record.',
        examples: [['union-*', 'company-doctor']],
      }),
    anchors: z
      .record(word('an anchor'), anchorSchema)
      .default({})
      .meta({
        description: 'Where signed checkpoints are noted down, so that a record that was rolled back is noticed.',
        examples: [{ 'other-host': { file: '/mnt/other-host/sallyport.notes' } }],
      }),
    anchorSeconds: z
      .int('must be a whole number of seconds')
      .min(1, 'must be at least 1')
      .max(86_400, 'must be at most 86400')
      .default(10)
      .meta({
        description: 'Seconds between two notes to an anchor.',
        examples: [60],
      }),
    residency: place.optional().meta({
      description: 'Where the record has to stay. Whatever keeps a part of it must then say that it is there.',
      examples: ['eu'],
    }),
    location: place.optional().meta({ description: 'Where the data folder is.', examples: ['eu'] }),
    purposes: z
      .record(word('a purpose'), purposeSchema)
      .default({})
      .meta({
        description: 'What rules with `capture` may have sealed into the vault, for whom, and until when.',
        examples: [{ incident: { recipient: EXAMPLE_KEY, expires: '2027-01-31', keepDays: 30 } }],
      }),
  })
  .meta({
    description: 'The record: what it keeps of people and for how long, and how nobody can change it.',
    examples: [{ profile: 'works-council' }],
  });

/** `audit` as written, defaults filled in. */
export type AuditDocument = z.infer<typeof auditSchema>;

/** With everything filled in. `pathOf` makes paths absolute. */
export function toAuditSettings(document: AuditDocument, pathOf: (path: string) => string): AuditSettings {
  const { profile, anchors, purposes, ...said } = document;
  const from = PROFILES[profile];
  return {
    profile,
    subjects: said.subjects ?? from.subjects,
    reidentify: said.reidentify ?? from.reidentify,
    smallestGroup: said.smallestGroup ?? from.smallestGroup,
    capture: said.capture ?? from.capture,
    retentionDays: said.retentionDays ?? from.retentionDays,
    noInspect: said.noInspect,
    anchors: Object.entries(anchors).map(([name, anchor]): AnchorConfig => ({
      name,
      target: toTarget(anchor, pathOf),
      residency: anchor.residency,
    })),
    anchorSeconds: said.anchorSeconds,
    residency: said.residency,
    location: said.location,
    purposes: Object.entries(purposes).map(([name, purpose]) => ({ name, ...purpose })),
  };
}

function toTarget({ file, command, postgres }: AuditDocument['anchors'][string], pathOf: (path: string) => string): AnchorTarget {
  if (file !== undefined) return { kind: 'file', path: pathOf(file) };
  if (command !== undefined) return { kind: 'command', command };
  return {
    kind: 'postgres',
    url: postgres === undefined ? [] : ['env' in postgres ? { env: postgres.env } : { file: pathOf(postgres.file) }],
  };
}
