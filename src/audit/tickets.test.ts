import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { GatewayError } from '../base/index.ts';
import { createTickets } from './tickets.ts';
import type { Tickets } from './tickets.ts';

const FAULT = new GatewayError('audit_unavailable');

function create(): Tickets {
  return createTickets(
    () => FAULT,
    (cause) => assert.fail(String(cause)),
  );
}

/** What is known about each of the tickets 0 to 6: durable, pending, or the error. */
function look(tickets: Tickets): readonly string[] {
  return [0, 1, 2, 3, 4, 5, 6].map((ticket) => {
    let answer = 'pending';
    tickets.whenSettled(ticket, (error) => {
      answer = error === undefined ? 'durable' : 'lost';
    });
    assert.equal(tickets.isDurable(ticket), answer === 'durable');
    assert.equal(tickets.isPending(ticket), answer === 'pending');
    return answer;
  });
}

describe('tickets', () => {
  it('become durable in their order', () => {
    const tickets = create();
    for (let i = 0; i < 3; i++) tickets.issue();
    tickets.settle(2);
    assert.deepEqual(look(tickets), ['lost', 'durable', 'durable', 'pending', 'lost', 'lost', 'lost']);
  });

  it('never un-settle', () => {
    const tickets = create();
    for (let i = 0; i < 3; i++) tickets.issue();
    tickets.settle(3);
    tickets.settle(1);
    assert.equal(tickets.isDurable(3), true);
  });

  it('that were lost stay lost when later ones become durable', () => {
    const tickets = create();
    for (let i = 0; i < 4; i++) tickets.issue();
    tickets.settle(2);
    assert.equal(tickets.lose(FAULT), 2);
    assert.equal(tickets.lose(FAULT), 0);
    for (let i = 0; i < 2; i++) tickets.issue();
    tickets.settle(6);
    assert.deepEqual(look(tickets), ['lost', 'durable', 'durable', 'lost', 'lost', 'durable', 'durable']);
  });

  it('are remembered as lost over any number of faults', () => {
    const tickets = create();
    const durable: number[] = [];
    const lost: number[] = [];
    for (let i = 0; i < 500; i++) {
      durable.push(tickets.issue());
      tickets.settle(tickets.last);
      lost.push(tickets.issue());
      tickets.lose(FAULT);
    }
    assert.deepEqual(
      lost.filter((ticket) => tickets.isDurable(ticket)),
      [],
    );
    // The oldest may be forgotten, on the safe side only.
    assert.deepEqual(
      durable.slice(-50).filter((ticket) => !tickets.isDurable(ticket)),
      [],
    );
  });

  it('call back each waiter once, in the order of asking', () => {
    const tickets = create();
    const heard: string[] = [];
    const [a, b, c] = [tickets.issue(), tickets.issue(), tickets.issue()];
    tickets.whenSettled(c, (error) => heard.push(`c ${error?.code}`));
    tickets.whenSettled(b, (error) => heard.push(`b ${error?.code}`));
    tickets.whenSettled(a, (error) => heard.push(`a ${error?.code}`));
    tickets.settle(b);
    assert.deepEqual(heard, ['b undefined', 'a undefined']);
    tickets.lose(FAULT);
    tickets.settle(c);
    assert.deepEqual(heard, ['b undefined', 'a undefined', 'c audit_unavailable']);
  });

  it('may be asked for and issued from within a callback', () => {
    const tickets = create();
    const heard: number[] = [];
    tickets.whenSettled(tickets.issue(), () => {
      const next = tickets.issue();
      tickets.whenSettled(next, () => heard.push(next));
      tickets.settle(next);
    });
    tickets.settle(1);
    assert.deepEqual(heard, [2]);
  });
});
