import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { FuzzCase } from './case.ts';
import type { Answer } from './judge.ts';

/** Bytes of an answer that are kept to be looked at. */
const KEPT = 65_536;

/** After this time a request counts as hanging, in milliseconds. */
const HANGS = 30_000;

/** Sends cases over kept connections. */
export interface Sender {
  /** @throws Error when the connection breaks or nothing comes */
  send(fuzz: FuzzCase, token: string): Promise<Answer>;
  close(): void;
}

/** @param base FHIR base URL without a trailing slash */
export function createSender(base: string, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: ({ method, target, headers, body }, token) =>
      new Promise((resolve, reject) => {
        const started = performance.now();
        const sent = request(
          new URL(base).origin,
          {
            agent,
            method,
            path: new URL(base).pathname + target,
            timeout: HANGS,
            headers: {
              ...headers,
              authorization: `Bearer ${token}`,
              ...(body === undefined ? {} : { 'content-length': body.length }),
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            let kept = 0;
            response.on('data', (chunk: Buffer) => {
              if (kept < KEPT) chunks.push(chunk);
              kept += chunk.length;
            });
            response.on('error', reject);
            response.on('end', () => {
              resolve({
                status: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                retryAfter: response.headers['retry-after'],
                body: Buffer.concat(chunks).toString('utf8'),
                milliseconds: performance.now() - started,
              });
            });
          },
        );
        sent.on('timeout', () => sent.destroy(new Error(`no answer in ${String(HANGS)} ms`)));
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => {
      agent.destroy();
    },
  };
}
