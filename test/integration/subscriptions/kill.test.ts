import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idOf } from '../../support/id-of.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { tokenOf } from '../../support/identities.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

let databases: TestDatabases;
let server: ServerProcess;
let receiver: Receiver;

beforeAll(async () => {
  [databases, receiver] = await Promise.all([createTestDatabases(), startReceiver()]);
  server = await startServerProcess(databases, [
    `subscriptions.privateDestinations=${receiver.host}`,
  ]);
}, 60_000);

afterAll(async () => {
  await server.close();
  await receiver.close();
  await databases.drop();
}, 30_000);

const versionsOf = (id: string): readonly number[] =>
  receiver.calls
    .map(({ headers }) => String(headers['x-diga-event']))
    .filter((event) => event.startsWith(`Observation/${id}/`))
    .map((event) => Number(event.split('/').at(-1)));

describe('SIGKILL between commit and delivery', () => {
  test('three rounds: every version arrives, in order, whatever was under way', async () => {
    const full = fhirClient(`${server.url}/fhir`, tokenOf('full'));
    const made = await full.post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria: 'Observation?status=final',
      channel: { type: 'rest-hook', endpoint: receiver.url, payload: 'application/fhir+json' },
    });
    expect(made.status).toBe(201);
    // A receiver that takes its time, so that deliveries are under way when the process dies.
    receiver.answer = (_call, response) => void setTimeout(() => response.writeHead(200).end(), 40);
    const ids: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const written = await Promise.all(
        Array.from({ length: 4 }, async (_, index) => {
          const resource = {
            resourceType: 'Observation',
            status: 'final',
            code: { text: `${String(round)} ${String(index)}` },
          };
          const created = (await full.post('Observation', resource)).json();
          const id = idOf(created);
          for (let value = 0; value < 3; value += 1) {
            const put = await full.put(`Observation/${id}`, {
              ...resource,
              id,
              valueInteger: value,
            });
            expect(put.status).toBe(200);
          }
          return id;
        }),
      );
      ids.push(...written);
      await server.kill();
      await server.start();
    }
    const end = Date.now() + 20_000;
    while (ids.some((id) => !versionsOf(id).includes(4)) && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (const id of ids) {
      const versions = versionsOf(id);
      // At least once: a version may come twice, but never after a later one.
      expect([...new Set(versions)]).toEqual([1, 2, 3, 4]);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    }
  }, 90_000);
});
