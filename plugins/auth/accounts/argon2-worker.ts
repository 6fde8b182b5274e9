import { argon2Sync } from 'node:crypto';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Argon2Answer, Argon2Input } from './low-priority-argon2.ts';

/** Niceness of hashing: about a tenth of a processor that requests want as well, and all of one that nobody wants. */
const NICENESS = 10;

// On Linux this is the priority of the calling thread; elsewhere it would be that of the whole server.
if (process.platform === 'linux') setPriority(0, NICENESS);

parentPort?.on('message', ({ message, nonce, ...cost }: Argon2Input) => {
  const input = { message: Buffer.from(message), nonce: Buffer.from(nonce), ...cost };
  const before = process.threadCpuUsage();
  const tag = argon2Sync('argon2id', input);
  const { user, system } = process.threadCpuUsage(before);
  const answer: Argon2Answer = { tag, milliseconds: (user + system) / 1000 };
  parentPort?.postMessage(answer);
});
