// The road to servers of which nothing is looked at: whoever wants there is known, judged, limited and put on record like anywhere; what is said
// passes through in both directions as it comes, and nobody parses, searches, holds or writes down any of it.

export { beginUnread } from './begin.ts';
export { carryUnread } from './carry.ts';
