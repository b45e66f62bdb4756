// What `inspection` in a config looks like as people write it. Defaults stand here and nowhere else; what a line means stands in actions.ts.

import * as z from 'zod';
import { MAX_GLOB_LENGTH } from '../base/index.ts';
import { ACTIONS, FINDING_CLASSES, UNSCANNED_REASONS } from './types.ts';
import type { Detector, InspectionDocument } from './types.ts';
import { OWN_VALIDATORS } from './validators/own.ts';

/** A canary shorter than this would be found in what nobody planted. */
const MIN_CANARY_LENGTH = 8;

const word = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,62}$/,
      `must be the name of ${what}: begin with a lowercase letter, and hold at most 63 lowercase letters, digits and hyphens`,
    );

const pattern = z.string().min(1, 'must not be empty').max(MAX_GLOB_LENGTH, `must have at most ${MAX_GLOB_LENGTH} characters`);

const globs = z
  .array(pattern)
  .min(1, 'must not be empty: leave it out, or write ["*"] for all')
  .max(1000, 'must have at most 1000 entries');

const servers = globs.meta({
  description: 'Servers, by name. `*` is any run of characters, `?` one character.',
  examples: [['crm', 'tickets-*']],
});
const tools = globs.optional().meta({
  description: 'Calls of these tools and what comes of them. By default everything of the servers.',
  examples: [['get_*']],
});
const purpose = word('a purpose');

/** What cannot be replaced, since nobody knows where it stands. */
const PLACELESS: ReadonlySet<string> = new Set(['unscanned', ...UNSCANNED_REASONS]);

const actionSchema = z
  .strictObject({
    findings: globs.meta({
      description:
        'What the line is about: classes, or types of findings by name or glob. Of class unscanned, the types are the reasons: over-budget, too-deep, unparsable, binary, encrypted, failed.',
      examples: [['personal', 'aws-*']],
    }),
    directions: z
      .array(z.enum(['requests', 'answers']))
      .min(1, 'must not be empty')
      .default(['requests', 'answers'])
      .meta({
        description: 'What goes to servers, or what comes from them. By default both.',
        examples: [['answers']],
      }),
    servers: servers.default(['*']),
    tools,
    action: z.enum(ACTIONS).meta({
      description:
        'tag: put it on record and let it pass. redact: replace it by a marker. tokenise: replace it by a token that stands for it. ask: a person decides. deny: the message does not pass.',
      examples: ['redact'],
    }),
    taints: z
      .array(word('a label'))
      .min(1, 'must not be empty')
      .max(16, 'must have at most 16 entries')
      .optional()
      .meta({
        description: 'Labels that the task has used from then on, for rules with `after`.',
        examples: [['private-source']],
      }),
    purpose: purpose.optional().meta({
      description: 'With tokenise: what the tokens are for. A value has the same token wherever the purpose is the same.',
      examples: ['support'],
    }),
  })
  .refine((line) => line.action !== 'tokenise' || line.purpose !== undefined, {
    path: ['action'],
    message: 'needs a purpose: tokens are the same only within one. Add purpose: support, for example.',
  })
  .refine((line) => line.action === 'tokenise' || line.purpose === undefined, {
    path: ['purpose'],
    message: 'belongs to action: tokenise. Remove it, or write that.',
  })
  .refine((line) => !isEdit(line.action) || !line.findings.some((one) => PLACELESS.has(one)), {
    path: ['findings'],
    message:
      'names what was not looked into, in which nothing can be replaced. Write action: deny, ask or tag for it, in a line of its own.',
  });

function isEdit(action: string): boolean {
  return action === 'redact' || action === 'tokenise';
}

const literals = z
  .array(z.string().min(3, 'must have at least 3 characters, or it is found everywhere').max(128, 'must have at most 128 characters'))
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 entries');

const detectorSchema = z
  .strictObject({
    name: word('a detector').meta({
      description: 'The type of its findings; unique, also among those that are built in.',
      examples: ['employee-number'],
    }),
    class: z
      .enum(FINDING_CLASSES)
      .exclude(['unscanned', 'canary'])
      .default('custom')
      .meta({ description: 'The class of its findings. By default custom.', examples: ['personal'] }),
    literals: literals.optional().meta({
      description:
        'Looking begins where one of these texts stands, whatever its case, also inside of words: at least three characters of ASCII. This, run or member is needed.',
      examples: [['EMP-']],
    }),
    exact: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the case of the literals counts.', examples: [true] }),
    run: z
      .enum(['digits', 'base64', 'hex', 'address', 'wide'])
      .optional()
      .meta({
        description:
          'Looking begins where so many characters of a kind stand in a row: digits (single spaces, dots or hyphens between them), base64, hex, address (what network addresses are written with), wide (beyond ASCII).',
        examples: ['digits'],
      }),
    min: z
      .int()
      .min(6)
      .max(1024)
      .optional()
      .meta({ description: 'How many, with run.', examples: [8] }),
    member: literals.optional().meta({
      description: 'Looking begins at values of members whose name holds one of these, whatever its case.',
      examples: [['badge']],
    }),
    pattern: z
      .string()
      .min(1, 'must not be empty')
      .max(4096, 'must have at most 4096 characters')
      .optional()
      .meta({
        description:
          'Pattern in RE2 syntax, looked for around where looking begins. What its group named value matches is the finding, or else all of it. By default the literal itself is.',
        examples: ['EMP-(?P<value>[0-9]{6})'],
      }),
    before: z
      .int()
      .min(0)
      .max(256)
      .optional()
      .meta({ description: 'Bytes in front of where looking begins that the pattern may read. By default 64.', examples: [16] }),
    after: z
      .int()
      .min(1)
      .max(8192)
      .optional()
      .meta({ description: 'Bytes behind it. By default 256, with run 64.', examples: [32] }),
    validator: z
      .enum(OWN_VALIDATORS)
      .optional()
      .meta({
        description:
          'Says whether what matched is one: luhn, verhoeff and modulo-97 (of digits, in groups or not) by check digits; random, that no person made it up; unmasked, that it is no placeholder.',
        examples: ['luhn'],
      }),
    confidence: z
      .enum(['high', 'medium', 'low'])
      .default('high')
      .meta({ description: 'How sure it is. What is low is only tagged, whatever the lines say.', examples: ['medium'] }),
    surfaces: z
      .array(z.enum(['request', 'answer', 'question', 'definition']))
      .min(1, 'must not be empty')
      .optional()
      .meta({
        description:
          'Where it looks: what agents send, what servers answer, what servers ask, and what they say of their tools. By default everywhere.',
        examples: [['answer']],
      }),
    folded: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether it also finds what is written otherwise: with look-alike letters, invisible characters between, letters apart.',
        examples: [true],
      }),
  })
  .refine(({ literals: texts, run, member }) => [texts, run, member].filter((one) => one !== undefined).length === 1, {
    message: 'must say where looking begins: literals, run and min, or member; one of them. Add literals: [EMP-], for example.',
  })
  .refine(({ run, min }) => (run === undefined) === (min === undefined), {
    path: ['run'],
    message: 'and min belong together. Write run: digits and min: 8, for example.',
  })
  .refine(({ literals: texts, exact }) => exact === undefined || texts !== undefined, {
    path: ['exact'],
    message: 'belongs to literals. Remove it.',
  });

/** The `inspection` of a config. */
export const inspectionSchema = z
  .strictObject({
    actions: z
      .array(actionSchema)
      .max(1000, 'must have at most 1000 entries')
      .default([])
      .meta({
        description: 'What is done about findings. The first line that fits decides; where none does, what docs/inspection.md says.',
        examples: [[{ findings: ['personal'], directions: ['answers'], action: 'redact' }]],
      }),
    detectors: z
      .array(detectorSchema)
      .max(500, 'must have at most 500 entries')
      .default([])
      .meta({
        description: 'Detectors of your own, beside those that are built in.',
        examples: [[{ name: 'employee-number', class: 'personal', literals: ['EMP-'], pattern: 'EMP-[0-9]{6}' }]],
      }),
    canaries: z
      .record(
        word('a canary'),
        z
          .string()
          .min(MIN_CANARY_LENGTH, `must have at least ${MIN_CANARY_LENGTH} characters, or it is found where nobody planted it`)
          .max(512, 'must have at most 512 characters'),
      )
      .refine((canaries) => Object.keys(canaries).length <= 1000, 'must have at most 1000 entries')
      .default({})
      .meta({
        description:
          'Values that you planted, by name: whoever sends one has read what nobody should. They are stored with the config, so plant what opens nothing.',
        examples: [{ 'payroll-export': '${PAYROLL_CANARY}' }],
      }),
    without: z
      .array(pattern)
      .max(1000, 'must have at most 1000 entries')
      .default([])
      .meta({ description: 'Built-in detectors that are not used, by name or glob.', examples: [['phone-*']] }),
    reveal: z
      .array(
        z.strictObject({
          purpose: purpose.meta({ description: 'The purpose of the tokens.', examples: ['support'] }),
          servers: servers.meta({
            description: 'Servers that get the values. `*` is any run of characters, `?` one character.',
            examples: [['crm']],
          }),
          tools: tools.meta({ description: 'In calls of these tools. By default in all.', examples: [['find_customer']] }),
        }),
      )
      .max(1000, 'must have at most 1000 entries')
      .default([])
      .meta({
        description: 'Where tokens are turned back into their values: in what goes to these servers.',
        examples: [[{ purpose: 'support', servers: ['crm'] }]],
      }),
  })
  .meta({
    description: 'What is looked for in messages, and what is done about it. Without it, all built-in detectors and the defaults.',
    examples: [{ actions: [{ findings: ['personal'], directions: ['answers'], action: 'redact' }] }],
  });

/** Inspection as written, defaults filled in. */
export type WrittenInspection = z.output<typeof inspectionSchema>;

/** The one form that it has inside. */
export function toInspection({ detectors, ...rest }: WrittenInspection): InspectionDocument {
  return { ...rest, detectors: detectors.map(toDetector) };
}

/** Where looking begins is written as one of three keys. */
function toDetector({ literals: texts = [], exact, run, min = 0, member, ...rest }: WrittenInspection['detectors'][number]): Detector {
  if (run !== undefined) return { ...rest, anchors: { kind: 'run', run, min } };
  if (member !== undefined) return { ...rest, anchors: { kind: 'name', literals: member } };
  return { ...rest, anchors: { kind: 'literals', literals: texts, ...(exact !== undefined && { exact }) } };
}
