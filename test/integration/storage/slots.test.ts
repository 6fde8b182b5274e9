import { describe, expect, test } from '@jest/globals';
import { createSlots } from '../../../src/storage/slots.ts';

describe('places of transactions', () => {
  test('never more than there are, first come first served', async () => {
    const slots = createSlots(2, 1_000);
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const giveBack = await slots.take();
        inside += 1;
        expect(inside).toBeLessThanOrEqual(2);
        order.push(n);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        giveBack();
        giveBack();
      }),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('who waits too long is refused with SERVER_BUSY, and takes nobody the place', async () => {
    const slots = createSlots(1, 30);
    const giveBack = await slots.take();
    await expect(slots.take()).rejects.toMatchObject({ code: 'SERVER_BUSY', status: 503 });
    giveBack();
    const again = await slots.take();
    again();
  });
});
