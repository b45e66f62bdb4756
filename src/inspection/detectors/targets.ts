// Where a server should not be sent: addresses in arguments that only it can reach, and URLs that are not what they seem. Only in requests: an answer may
// speak of any address.

import type { Detector, Reader, Surface } from '../types.ts';
import { readTargets, TARGET_TYPES } from '../validators/targets.ts';

const SENT: readonly Surface[] = ['request'];

/** Detectors of targets without `//`. */
export const TARGETS: readonly Detector[] = [
  {
    name: 'metadata-host',
    class: 'target',
    // Only the forms that nobody writes for anything else.
    anchors: {
      kind: 'literals',
      literals: [
        '169.254.169.254',
        '169.254.170.2',
        '100.100.100.200',
        'metadata.google.internal',
        'instance-data.ec2.internal',
        'fd00:ec2::254',
        '2852039166',
        '0xa9fea9fe',
        '0251.0376.0251.0376',
        '025177524776',
        '0xa9.0xfe.0xa9.0xfe',
      ],
    },
    before: 80,
    after: 64,
    validator: 'metadata-host',
    confidence: 'high',
    surfaces: SENT,
  },
  {
    name: 'unusual-scheme-without-slashes',
    class: 'target',
    anchors: { kind: 'literals', literals: ['file:/', 'jar:', 'netdoc:/', 'phar:/', 'php:/'] },
    before: 4,
    after: 256,
    validator: 'bare-scheme',
    confidence: 'medium',
    surfaces: SENT,
  },
];

/** What leads elsewhere than to the web that everybody sees. */
export const URLS: Reader = {
  finds: TARGET_TYPES.map(({ name, confidence }) => ({ name, class: 'target', confidence, surfaces: SENT })),
  anchors: { kind: 'literals', literals: ['//', String.raw`:\\`] },
  before: 40,
  after: 256,
  read: readTargets,
};
