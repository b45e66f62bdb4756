// What an endpoint of the admin API is, for the files that each hold those of one matter.

import type * as z from 'zod';

/** Where a part of an act is found: in the path, behind the question mark, in the body once it was checked, or in the answer. Only what is named goes on record. */
export type Place = `path.${string}` | `query.${string}` | `body.${string}` | `answer.${string}`;

/** What goes on record when somebody uses an endpoint. The one wrapper (acts.ts) goes by it: an endpoint's handler knows nothing of it. */
export interface EndpointAct {
  /** What it is called on record: `agents.add`. */
  readonly action: string;
  /**
   * `change`: its beginning is on record before it is done, its end before it is answered. `read`: on record before it is shown.
   * `emergency`: nothing may hold it up; on record as soon as the log takes it.
   */
  readonly kind: 'change' | 'read' | 'emergency';
  /** What it is done to. */
  readonly target?: Place;
  /** Whose name the target is, or where it says so: names of agents and users stand as the privacy profile has them. */
  readonly targetIs?: 'agent' | 'user' | Place;
  /**
   * `pseudonym`: the target stands as the pseudonym that whoever it is has, in every profile. `known`: so where names are kept out, and by name where they
   * stand on record. Who has no pseudonym, or one that nobody alone may learn, is not said; none is made for who is only asked for.
   */
  readonly targetAs?: 'pseudonym' | 'known';
  /** It is an act only where the list at this place has this word. */
  readonly when?: { readonly place: Place; readonly includes: string };
  /** Why, in the words of who does it. */
  readonly reason?: Place;
  /** What else tells what changed, by name: text, numbers, or lists of names. Never what was said in a call. */
  readonly details?: Readonly<Record<string, Place>>;
}

/** One endpoint. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the prefix; `{name}` stands for one segment. */
  readonly path: string;
  readonly summary: string;
  /** What may stand behind the question mark: members are texts, made into what they are by the schema. Absent: nothing. */
  readonly query?: z.ZodType;
  /** undefined: takes no body. */
  readonly request: z.ZodType | undefined;
  /** Of `events`: one event. Of `download`: nothing is checked, it is a file. */
  /** Less than any body may have; absent: as much as that. */
  readonly maxBodyBytes?: number;
  readonly response: z.ZodType;
  /** How the answer comes; absent: as JSON, all at once. */
  readonly form?: 'events' | 'download';
  /** Whether `dryRun=true` may stand behind the question mark: everything is checked, the answer is as it would be, and nothing is done. */
  readonly dryRun?: true;
  readonly status: 200 | 201;
  /** Whether the answer has an ETag, or the request may carry If-Match with one. */
  readonly versioned: boolean;
  /** Set where using it is an act that goes on record: whatever changes anything, and whatever shows what not everybody may see. */
  readonly act?: EndpointAct;
}
