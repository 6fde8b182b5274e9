import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close(), 30_000);

function rawRequest(head: string): Socket {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(head);
  return socket;
}

const HEAD = [
  'POST /fhir/Patient HTTP/1.1',
  'Host: test',
  'Authorization: Bearer test.ClientApplication.full',
  'Content-Type: application/fhir+json',
].join('\r\n');

async function patients(): Promise<unknown> {
  const { rows } = await server.sql.query('select count(*) from resource');
  return rows;
}

describe('clients that are slow or go away', () => {
  test('a body that stops in the middle stores nothing and is no error of the server', async () => {
    const before = await patients();
    const sockets = Array.from({ length: 50 }, () =>
      rawRequest(`${HEAD}\r\nContent-Length: 500\r\n\r\n{"resourceType":"Pati`),
    );
    await sleep(200);
    for (const socket of sockets) socket.destroy();
    await sleep(200);
    expect(await patients()).toEqual(before);
    expect(server.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('a body that is cut off in a chunk stores nothing', async () => {
    const before = await patients();
    const body = '{"resourceType":"Patient"}';
    const socket = rawRequest(
      `${HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`,
    );
    await sleep(100);
    socket.destroy();
    await sleep(100);
    expect(await patients()).toEqual(before);
  });

  test('a hundred bodies that do not arrive keep nobody else from being served', async () => {
    const sockets = Array.from({ length: 100 }, () =>
      rawRequest(`${HEAD}\r\nContent-Length: 500\r\n\r\n{`),
    );
    await sleep(200);
    const start = performance.now();
    const answer = await server.as('full').get('Patient/patient-a');
    expect(answer.status).toBe(200);
    expect(performance.now() - start).toBeLessThan(2_000);
    for (const socket of sockets) socket.destroy();
  });

  test('a client that has gone when its answer comes: the access is on record all the same', async () => {
    const before = await server.auditHead();
    const socket = rawRequest(
      'GET /fhir/Patient/patient-a HTTP/1.1\r\nHost: x\r\nX-Request-Id: gone\r\nAuthorization: Bearer test.ClientApplication.full\r\n\r\n',
    );
    await once(socket, 'connect');
    await sleep(20);
    socket.destroy();
    await sleep(300);
    // The uploads that were broken off have rows of their own.
    const rows = (await server.audit(before)).filter(({ request_id: id }) => id === 'gone');
    expect(rows.map(({ interaction }) => interaction)).toEqual(['read']);
  });

  test('what is no HTTP is answered with 400 and closed', async () => {
    const socket = rawRequest('nonsense\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });
});
