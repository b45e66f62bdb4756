// What the record keeps of people, as one set of switches. A profile fills them in; the config may change each by itself. Whoever reads a profile's name
// in a config must be able to look up here what it means, and nowhere else. docs/audit.md explains them with the law behind each.

/** The profiles. */
export const PRIVACY_PROFILES = ['minimal', 'payment', 'health', 'works-council'] as const;
/** One of them. */
export type PrivacyProfile = (typeof PRIVACY_PROFILES)[number];

/** The switches. */
export interface PrivacySwitches {
  /**
   * `names`: records hold the names of agents, and pseudonyms of users. `pseudonyms`: records hold pseudonyms only, and only what resolves them,
   * which is kept apart, gives names.
   */
  readonly subjects: 'names' | 'pseudonyms';
  /** Who may be told whose a pseudonym is: one person who says why, or two. */
  readonly reidentify: 'one' | 'two';
  /** Figures about fewer people than this are not shown. 1 shows all. */
  readonly smallestGroup: number;
  /** Whether rules may have what is said sealed into the vault. */
  readonly capture: 'allowed' | 'refused';
  /** Records are kept so long, in days. */
  readonly retentionDays: number;
}

/** What each profile sets. */
export const PROFILES: Readonly<Record<PrivacyProfile, PrivacySwitches>> = Object.freeze({
  // Six months: what the EU AI Act wants of logs at least (Art. 19, 26(6)).
  minimal: { subjects: 'names', reidentify: 'one', smallestGroup: 1, capture: 'allowed', retentionDays: 190 },
  // PCI DSS 4.0.1: 12 months of records (10.5.1), and nothing that could hold a card (3.3.1).
  payment: { subjects: 'names', reidentify: 'one', smallestGroup: 1, capture: 'refused', retentionDays: 400 },
  // HIPAA: documentation is kept for six years (164.316(b)(2)(i)).
  health: { subjects: 'pseudonyms', reidentify: 'two', smallestGroup: 5, capture: 'allowed', retentionDays: 2_200 },
  // No watching of performance or behaviour (BetrVG §87(1) no. 6): nobody's figures can be told from the others'.
  'works-council': { subjects: 'pseudonyms', reidentify: 'two', smallestGroup: 5, capture: 'refused', retentionDays: 190 },
});

/** Where checkpoints are noted down, so that nobody can roll the record back who cannot also change that. */
export type AnchorTarget =
  | { readonly kind: 'file'; readonly path: string }
  /** Started with each note on its standard input. */
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** `url` is a reference that only the keeper and control resolve. */
  | { readonly kind: 'postgres'; readonly url: AnchorUrl };

/** As a config writes values: text, or where a secret comes from. */
export type AnchorUrl = readonly ({ readonly text: string } | { readonly env: string } | { readonly file: string })[];

/** An anchor. */
export interface AnchorConfig {
  readonly name: string;
  readonly target: AnchorTarget;
  /** Where it is; must be the residency of the record where that is set. */
  readonly residency: string | undefined;
}

/** What may be sealed, to whom, and until when rules may still ask for it. */
export interface CapturePurpose {
  readonly name: string;
  /** Public key of who can open it; the private half is not on the gateway. */
  readonly recipient: string;
  /** The last day, YYYY-MM-DD in UTC: a purpose ends. */
  readonly expires: string;
  /** Envelopes are kept so long, in days. */
  readonly keepDays: number;
}

/** `audit` of a config, with everything filled in. Plain JSON. */
export interface AuditSettings extends PrivacySwitches {
  readonly profile: PrivacyProfile;
  /** Globs of servers of which nothing is looked at: who called them, when and how much is on record, and nothing else. */
  readonly noInspect: readonly string[];
  readonly anchors: readonly AnchorConfig[];
  /** Seconds between two notes to an anchor. */
  readonly anchorSeconds: number;
  /** Where the record has to stay; undefined: anywhere. */
  readonly residency: string | undefined;
  /** Where the data folder is; must be the residency where that is set. */
  readonly location: string | undefined;
  readonly purposes: readonly CapturePurpose[];
}

/** What goes without a word in the config. */
export const DEFAULT_AUDIT: AuditSettings = Object.freeze({
  profile: 'minimal',
  ...PROFILES.minimal,
  noInspect: [],
  anchors: [],
  anchorSeconds: 10,
  residency: undefined,
  location: undefined,
  purposes: [],
});
