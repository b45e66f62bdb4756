// What agents, and the people behind them, read about a call that a person must approve.

import type { AskedQuestion, NotAsked } from './types.ts';

const MAX_SHOWN = 128;

/** In the middle of a wait, or at its end. */
export function pendingWords({ rule, kind, name }: AskedQuestion, id: string, expiresAtMs: number): string {
  return (
    `Not carried yet: rule ${quote(rule)} wants a person to approve this use of the ${kind} ${quote(name)}. It waits as approval ${id} ` +
    `until ${timeOf(expiresAtMs)}. Whoever may approve it looks at it with 'sallyport approvals show ${id}' and says 'sallyport approvals approve ${id}'. ` +
    'Then send exactly the same call again: it goes through once.'
  );
}

/** For whoever sits in front of the agent. What they answer changes nothing but whether the call waits. */
export function toldWords({ rule, kind, name, server }: AskedQuestion, id: string): string {
  return (
    `Rule ${quote(rule)} of the gateway wants a person to approve this use of the ${kind} ${quote(name)} of '${server}'. It waits as approval ${id}; ` +
    `whoever may approve it says 'sallyport approvals approve ${id}'. Accept here to wait for that, decline not to. Neither approves anything.`
  );
}

/** On the stream, while it waits. */
export function waitingWords(id: string): string {
  return `Waiting for a person to approve ${id}.`;
}

/** A person has said no. */
export function rejectedWords({ kind, name }: AskedQuestion, id: string, expiresAtMs: number): string {
  return `A person has rejected this use of the ${kind} ${quote(name)} (approval ${id}). The same call is refused until ${timeOf(expiresAtMs)}.`;
}

/** Another call was faster. */
export function usedWords(id: string): string {
  return `Approval ${id} was used by an identical call, and works once. Send the call again if it should be made again: a person will be asked anew.`;
}

/** Something has changed between the approval and its use. */
export function voidWords(id: string): string {
  return `Approval ${id} is void: what a person would be asked about this call now is not what they were asked. Send the call again to ask anew.`;
}

/** A call that is under way may not stop to ask. */
export function lateWords({ rule }: AskedQuestion): string {
  return `Rule ${quote(rule)} wants a person to approve this call, which was not so when it began. Send the call again to ask.`;
}

/** Larger than people look at. */
export function tooLargeWords({ rule }: AskedQuestion, maxBytes: number): string {
  return `Rule ${quote(rule)} wants a person to approve this call, and its arguments are larger than the ${maxBytes} bytes that people are asked to look at.`;
}

/** Nobody can be asked. */
export function notAskedWords({ rule }: AskedQuestion, why: NotAsked): string {
  const wants = `Rule ${quote(rule)} wants a person to approve this call, and`;
  switch (why) {
    case 'agent-full':
      return `${wants} this agent has as many calls waiting for that as it may. Wait until some of them are answered.`;
    case 'full':
      return `${wants} as many calls wait for that as may. Try again later.`;
    case 'asked-too-often':
      return `${wants} this agent has asked for as much within an hour as it may. Try again later.`;
    case 'unavailable':
      return `${wants} nobody can be asked now. Try again later.`;
  }
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function quote(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name);
}
