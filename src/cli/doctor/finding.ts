// What the doctor found about one thing: that it is in order, or what is wrong with it, with the figure that shows it and what to do.

/** What is looked at, in the order in which it is shown. */
export const AREAS = ['config', 'data folder', 'disk', 'clock', 'gateway', 'listener', 'server', 'agent', 'capacity'] as const;

export type Area = (typeof AREAS)[number];

export interface Finding {
  readonly area: Area;
  /** Which one, where there are several. */
  readonly about: string | null;
  /** skipped: it could not be looked at, which is nothing wrong by itself. */
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly text: string;
  readonly remedy: string | null;
}

/** A finding; what is left out there is not. */
export function finding(
  area: Area,
  verdict: Finding['verdict'],
  text: string,
  more: { readonly about?: string; readonly remedy?: string | null } = {},
): Finding {
  return { area, verdict, text, about: more.about ?? null, remedy: more.remedy ?? null };
}
