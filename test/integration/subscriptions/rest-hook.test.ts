import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { idOf } from '../../support/id-of.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const MEDPLUM = 'https://medplum.com/fhir/StructureDefinition';

let server: TestServer;
let full: FhirClient;
let receiver: Receiver;
let elsewhere: Receiver;
let subject: string;

beforeAll(async () => {
  [receiver, elsewhere] = await Promise.all([startReceiver(), startReceiver()]);
  server = await startTestServer({
    settings: [
      `subscriptions.privateDestinations=${receiver.host},localhost:${receiver.host.split(':')[1] ?? ''}`,
      'subscriptions.timeoutSeconds=1',
    ],
  });
  full = server.as('full');
}, 60_000);

afterAll(async () => {
  await server.close();
  await Promise.all([receiver.close(), elsewhere.close()]);
}, 30_000);

const made: string[] = [];

beforeEach(async () => {
  (receiver.calls as unknown[]).length = 0;
  receiver.answer = (_call, response) => response.writeHead(200).end();
  subject = idOf((await full.post('Patient', { resourceType: 'Patient' })).json());
});

afterEach(async () => {
  for (const id of made.splice(0)) await full.delete(`Subscription/${id}`);
});

function subscription(channel: object = {}, more: object = {}): Record<string, unknown> {
  return {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'test',
    criteria: `Observation?subject=Patient/${subject}`,
    channel: {
      type: 'rest-hook',
      endpoint: `${receiver.url}/hook`,
      payload: 'application/fhir+json',
      ...channel,
    },
    ...more,
  };
}

async function subscribe(channel: object = {}, more: object = {}): Promise<string> {
  const answer = await full.post('Subscription', subscription(channel, more));
  expect([answer.status, answer.json()['status']]).toEqual([201, 'active']);
  const id = idOf(answer.json());
  made.push(id);
  return id;
}

const observation = (value = 1, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${subject}` },
  valueInteger: value,
  ...more,
});

async function status(id: string): Promise<Record<string, unknown>> {
  return (await full.get(`Subscription/${id}`)).json();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('It did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const extension = (name: string, value: object) => ({ url: `${MEDPLUM}/${name}`, ...value });

describe('FHIR R4 subscription#channels: rest-hook', () => {
  test('create, update and delete arrive in order, with what Medplum’s receivers look for', async () => {
    const secret = 'very secret';
    const id = await subscribe(
      { header: ['Authorization: Bearer a:b:c', 'X-Time: 12:30:00'] },
      {
        extension: [
          {
            url: 'https://www.medplum.com/fhir/StructureDefinition/subscription-secret',
            valueString: secret,
          },
        ],
      },
    );
    const created = (await full.post('Observation', observation())).json();
    const path = `Observation/${idOf(created)}`;
    const updated = (await full.put(path, { ...created, valueInteger: 2 })).json();
    await full.delete(path);
    const calls = await receiver.until(3);
    expect(
      calls.map(({ method, path: at, body }) => [method, at, JSON.parse(body) as unknown]),
    ).toEqual([
      ['POST', '/hook', created],
      ['POST', '/hook', updated],
      ['POST', '/hook', {}],
    ]);
    expect(calls[0]?.headers).toMatchObject({
      'content-type': 'application/fhir+json',
      authorization: 'Bearer a:b:c',
      'x-time': '12:30:00',
      'x-medplum-subscription': id,
      'x-medplum-interaction': 'create',
      'x-signature': createHmac('sha256', secret)
        .update(calls[0]?.body ?? '')
        .digest('hex'),
      'x-diga-event': `${path}/_history/1`,
    });
    expect(calls[2]?.headers).toMatchObject({
      'x-medplum-interaction': 'delete',
      'x-medplum-deleted-resource': path,
      'x-signature': createHmac('sha256', secret).update('{}').digest('hex'),
    });
  });

  test('without payload nothing but the fact is sent', async () => {
    await subscribe({ payload: undefined });
    await full.post('Observation', observation());
    const [call] = await receiver.until(1);
    expect(call?.body).toBe('');
    expect(call?.headers['content-type']).toBeUndefined();
  });

  test('only what the criteria and the interactions say', async () => {
    await subscribe(
      {},
      {
        criteria: `Observation?subject=Patient/${subject}&status=amended`,
        extension: [extension('subscription-supported-interaction', { valueCode: 'update' })],
      },
    );
    await full.post('Observation', observation(1, { status: 'amended' }));
    const created = (await full.post('Observation', observation())).json();
    const path = `Observation/${idOf(created)}`;
    await full.put(path, { ...created, valueInteger: 5 });
    await full.put(path, { ...created, status: 'amended' });
    const [call] = await receiver.until(1);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      status: 'amended',
      meta: { versionId: '3' },
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.calls).toHaveLength(1);
  });

  test('Medplum fhir-path-criteria-expression: %previous and %current', async () => {
    await subscribe(
      {},
      {
        extension: [
          extension('fhir-path-criteria-expression', {
            valueString: "%previous.status = 'preliminary' and %current.status = 'final'",
          }),
        ],
      },
    );
    const created = (
      await full.post('Observation', observation(1, { status: 'preliminary' }))
    ).json();
    const path = `Observation/${idOf(created)}`;
    await full.put(path, { ...created, valueInteger: 2 });
    await full.put(path, { ...created, valueInteger: 2, status: 'final' });
    await full.put(path, { ...created, valueInteger: 3, status: 'final' });
    await full.delete(path);
    const [call] = await receiver.until(1);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ meta: { versionId: '3' } });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(receiver.calls).toHaveLength(1);
  });

  test('an expression that never ends ends the Subscription, not the server', async () => {
    const id = await subscribe(
      {},
      {
        extension: [
          extension('fhir-path-criteria-expression', {
            valueString: `${'(1|2|3|4|5|6|7|8|9).where('.repeat(14)}true${')'.repeat(14)}.exists()`,
          }),
        ],
      },
    );
    await full.post('Observation', observation());
    await until(async () => (await status(id))['status'] === 'error');
    expect((await status(id))['error']).toMatch(/FHIRPath/);
    expect(receiver.calls).toHaveLength(0);
  }, 30_000);

  test('an ended or switched-off Subscription is not told', async () => {
    await subscribe({}, { end: '2001-01-01T00:00:00Z' });
    const id = await subscribe();
    await full.put(`Subscription/${id}`, { ...(await status(id)), status: 'off' });
    await full.post('Observation', observation());
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(receiver.calls).toHaveLength(0);
  });
});

describe('receivers that fail', () => {
  test('one that fails is tried again, and nothing overtakes what failed', async () => {
    await subscribe();
    let refusals = 1;
    receiver.answer = (_call, response) => {
      refusals -= 1;
      response.writeHead(refusals >= 0 ? 500 : 200).end();
    };
    const created = (await full.post('Observation', observation())).json();
    await full.put(`Observation/${idOf(created)}`, { ...created, valueInteger: 2 });
    const calls = await receiver.until(3);
    expect(calls.map(({ headers }) => headers['x-diga-event'])).toEqual([
      `Observation/${idOf(created)}/_history/1`,
      `Observation/${idOf(created)}/_history/1`,
      `Observation/${idOf(created)}/_history/2`,
    ]);
  });

  test.each<[string, Receiver['answer'], RegExp]>([
    ['says no', (_call, response) => response.writeHead(503).end(), /HTTP 503/],
    [
      'redirects',
      (_call, response) => response.writeHead(307, { location: elsewhere.url }).end(),
      /HTTP 307/,
    ],
    ['hangs', () => undefined, /no answer in time/],
    ['hangs up', (_call, response) => response.destroy(), /ECONNRESET/],
    ['speaks no HTTP', (_call, response) => response.socket?.end('hello\r\n\r\n'), /HPE_/],
  ])(
    '[R-051] one that %s: error with the reason after all attempts',
    async (_name, answer, reason) => {
      const id = await subscribe(
        {},
        { extension: [extension('subscription-max-attempts', { valueInteger: 1 })] },
      );
      receiver.answer = answer;
      const head = await server.auditHead();
      await full.post('Observation', observation());
      await until(async () => (await status(id))['status'] === 'error');
      expect((await status(id))['error']).toMatch(reason);
      expect(elsewhere.calls).toHaveLength(0);
      const attempts = (await server.audit(head)).filter(
        ({ interaction }) => interaction === 'operation:subscription-delivery',
      );
      expect(attempts).toMatchObject([{ outcome: 4, type: 'Observation', patient: subject }]);
      expect(attempts[0]?.detail).toMatch(reason);
      const waiting = await server.sql.query(
        'select from subscription_event where subscription = $1',
        [id],
      );
      expect(waiting.rowCount).toBe(0);
    },
  );

  test('Medplum subscription-success-codes', async () => {
    const id = await subscribe(
      {},
      {
        extension: [
          extension('subscription-success-codes', { valueString: '200,410-600' }),
          extension('subscription-max-attempts', { valueInteger: 1 }),
        ],
      },
    );
    receiver.answer = (_call, response) => response.writeHead(503).end();
    await full.post('Observation', observation());
    await receiver.until(1);
    await until(async () => {
      const { rowCount } = await server.sql.query('select from subscription_event');
      return rowCount === 0;
    });
    expect((await status(id))['status']).toBe('active');
  });

  test('a body without end is not read', async () => {
    await subscribe();
    receiver.answer = (_call, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    };
    await full.post('Observation', observation());
    await full.post('Observation', observation());
    await receiver.until(2);
  });

  test('a slow receiver does not hold up another', async () => {
    await subscribe({ endpoint: `${receiver.url}/slow` });
    await subscribe({ endpoint: `${receiver.url}/quick` });
    receiver.answer = (call, response) => {
      if (call.path === '/quick') response.writeHead(200).end();
    };
    const started = Date.now();
    for (let count = 0; count < 20; count += 1) await full.post('Observation', observation(count));
    await until(() =>
      Promise.resolve(receiver.calls.filter(({ path }) => path === '/quick').length === 20),
    );
    expect(Date.now() - started).toBeLessThan(10_000);
  }, 20_000);
});

describe('Subscriptions that cannot be served are refused when they are written', () => {
  test.each<[string, object, object]>([
    ['an unknown parameter', {}, { criteria: 'Observation?nonsense=1' }],
    ['an unknown type', {}, { criteria: 'Nonsense?x=1' }],
    ['a chain', {}, { criteria: 'Observation?subject:Patient.name=x' }],
    ['_has', {}, { criteria: 'Patient?_has:Observation:subject:code=x' }],
    ['a page', {}, { criteria: 'Patient?_count=5' }],
    ['the ledger', {}, { criteria: 'AuditEvent?action=R' }],
    ['the content of Binaries', {}, { criteria: 'Binary' }],
    ['an unknown channel', { type: 'sms' }, {}],
    ['plain http to a host that is not private', { endpoint: 'http://example.org/x' }, {}],
    ['the address of the machine', { endpoint: 'https://127.0.0.1/x' }, {}],
    ['the metadata of a cloud', { endpoint: 'https://169.254.169.254/latest' }, {}],
    ['an address in the form of one number', { endpoint: 'https://2130706433/x' }, {}],
    ['IPv6 loopback', { endpoint: 'https://[::1]/x' }, {}],
    ['IPv4 in IPv6', { endpoint: 'https://[::ffff:10.0.0.1]/x' }, {}],
    ['credentials in the URL', { endpoint: 'https://a:b@example.org/x' }, {}],
    ['another scheme', { endpoint: 'file:///etc/passwd' }, {}],
    ['no URL', { endpoint: 'nonsense' }, {}],
    ['an unknown bot', { endpoint: 'Bot/none' }, {}],
    ['another payload', { payload: 'text/html' }, {}],
    ['a header without a colon', { header: ['nonsense'] }, {}],
    ['a header that the server sets', { header: ['Host: example.org'] }, {}],
    ['a header with a line break', { header: ['X-A: b\r\nX-C: d'] }, {}],
    [
      'too many attempts',
      {},
      { extension: [extension('subscription-max-attempts', { valueInteger: 19 })] },
    ],
    [
      'codes that are none',
      {},
      { extension: [extension('subscription-success-codes', { valueString: '2xx' })] },
    ],
    [
      'FHIRPath that is none',
      {},
      { extension: [extension('fhir-path-criteria-expression', { valueString: '%current.(' })] },
    ],
  ])('%s', async (_name, channel, more) => {
    const answer = await full.post('Subscription', subscription(channel, more));
    expect([answer.status, answer.codes()]).toEqual([
      answer.codes()[0] === 'FHIR_INVALID_RESOURCE' ? 400 : 422,
      [
        answer.codes()[0] === 'FHIR_INVALID_RESOURCE'
          ? 'FHIR_INVALID_RESOURCE'
          : 'SUBSCRIPTION_INVALID',
      ],
    ]);
  });

  test('a name that leads to a private address is refused when it is called', async () => {
    const port = elsewhere.host.split(':')[1] ?? '';
    const id = await subscribe(
      { endpoint: `https://localhost:${port}/x` },
      { extension: [extension('subscription-max-attempts', { valueInteger: 1 })] },
    );
    await full.post('Observation', observation());
    await until(async () => (await status(id))['status'] === 'error');
    expect((await status(id))['error']).toMatch(/ADDRESS_REFUSED/);
    expect(elsewhere.calls).toHaveLength(0);
  });

  test('a receiver without TLS behind https gets nothing', async () => {
    const port = receiver.host.split(':')[1] ?? '';
    const id = await subscribe(
      { endpoint: `https://localhost:${port}/x` },
      { extension: [extension('subscription-max-attempts', { valueInteger: 1 })] },
    );
    await full.post('Observation', observation());
    await until(async () => (await status(id))['status'] === 'error');
    expect(receiver.calls).toHaveLength(0);
  });
});
