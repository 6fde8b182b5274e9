import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../src/plugin/sdk.ts';

const JITTER_MS = 50;

/** Waits until `floor` milliseconds have passed since `start`, and a little longer at random. */
export async function responseFloor(clock: Clock, start: number, floor: number): Promise<void> {
  if (floor === 0) return;
  const left = start + floor + randomInt(JITTER_MS) - clock.now();
  if (left > 0) await setTimeout(Math.min(left, floor + JITTER_MS));
}
