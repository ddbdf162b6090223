import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../src/lib/perform/clock.js';
import { Inbox } from '../../src/lib/perform/inbox.js';

describe('the inbox of a run', () => {
  it('wakes its reader with what arrives, in order, and is empty then', async () => {
    const inbox = new Inbox<string>();
    const woken = inbox.wait(systemClock.now() + 60_000, systemClock);
    inbox.push('one');
    inbox.push('two');
    await woken;
    expect([inbox.take(), inbox.isEmpty]).toEqual([['one', 'two'], true]);
  });

  it('wakes its reader when its time has come', async () => {
    await new Inbox<string>().wait(systemClock.now() + 5, systemClock);
  });

  it('lets timers in also where something always arrives before it is waited for', async () => {
    const inbox = new Inbox<string>();
    let isTime = false;
    void setTimeout(1).then(() => (isTime = true));
    while (!isTime) {
      inbox.push('at once');
      await inbox.wait(systemClock.now() + 60_000, systemClock);
      inbox.take();
    }
  });
});
