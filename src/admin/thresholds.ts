// From which figures on people are told. The overview, doctor, and the alert rules of ops/prometheus go by the same ones, and so do their pages:
// test/ops/thresholds.test.ts holds what is not written in TypeScript to this table.

const DAY_MS = 86_400_000;

export const THRESHOLDS = {
  /** One in twenty calls to a server takes this long. */
  slowServerMs: 2_000,
  /** One in twenty durable writes takes this long; a disk that is in order needs a few milliseconds. */
  slowCommitMs: 100,
  /** Of fewer writes in five minutes, one in twenty says nothing. */
  enoughCommits: 40,
  /** Our clock, and that of a server. */
  wrongClockSeconds: 30,
  /** Long enough to renew a certificate by hand. */
  certificateSoonMs: 14 * DAY_MS,
  lowDiskBytes: 1_073_741_824,
  fullDiskBytes: 67_108_864,
} as const;
