// The admission of requests: the one way to a permit.

export { admit } from './admit.ts';
export { whyLocked } from './lockdown-step.ts';
export type { LimitsPort } from './limits-step.ts';
export type { Admission, Admitted, NotAdmitted, Pending, Step, Stepped, Wanting } from './types.ts';
