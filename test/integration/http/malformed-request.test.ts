import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Sends bytes as they are and reads until the server closes. */
async function raw(text: string): Promise<string> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('RFC 9110 what is no request', () => {
  test.each([
    ['a head that is too long', `GET /fhir/Patient?_id=${'x'.repeat(200_000)} HTTP/1.1\r\n`, 431],
    ['a line that is none', 'HELLO\r\n\r\n', 400],
    ['a header that is none', 'GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n', 400],
    [
      'two lengths',
      'POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      400,
    ],
  ])('%s', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    const outcome = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as {
      resourceType: string;
    };
    expect(outcome.resourceType).toBe('OperationOutcome');
    expect(answer.split('HTTP/1.1')).toHaveLength(2);
  });

  test('a head of 70 000 bytes is a request', async () => {
    const answer = await server.as('full').get(`Patient?_id=${'x'.repeat(70_000)}`);
    expect(answer.status).toBe(400);
    expect(answer.codes()).toEqual(['SEARCH_INVALID_VALUE']);
  });
});
