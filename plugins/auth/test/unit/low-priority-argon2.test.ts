import { describe, expect, test } from '@jest/globals';
import { argon2Sync, randomBytes } from 'node:crypto';
import { lowPriorityArgon2 } from '../../accounts/low-priority-argon2.ts';

const input = () => ({
  message: randomBytes(32),
  nonce: randomBytes(16),
  memory: 19 * 1024,
  passes: 2,
  parallelism: 1,
  tagLength: 32,
});

describe('Argon2id beside other requests', () => {
  test('RFC 9106: what the threads compute is Argon2id, for more hashes than there are threads', async () => {
    const argon2 = lowPriorityArgon2(2, 10);
    const inputs = Array.from({ length: 6 }, input);
    const tags = await Promise.all(inputs.map((one) => argon2(one)));
    expect(tags.map((tag) => tag.toString('hex'))).toEqual(
      inputs.map((one) => argon2Sync('argon2id', one).toString('hex')),
    );
  });

  test('a storm is refused once the queue is full, and what had been taken on is computed', async () => {
    const argon2 = lowPriorityArgon2(1, 2);
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => argon2(input())));
    expect(answers.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled'],
      ...['rejected', 'rejected', 'rejected'],
    ]);
    expect(answers[5]).toMatchObject({ reason: { code: 'AUTH_BUSY', status: 503 } });
  });

  test('a hash that cannot be computed fails alone', async () => {
    const argon2 = lowPriorityArgon2(1, 10);
    const bad = argon2({ ...input(), nonce: randomBytes(1) });
    const good = argon2(input());
    await expect(bad).rejects.toThrow();
    expect(await good).toHaveLength(32);
  });
});
