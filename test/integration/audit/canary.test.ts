import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** Values that stand where personal data and secrets stand, and nowhere else. */
const CANARY = {
  name: 'Canarynamexq',
  value: 'Canaryvaluexq',
  query: 'Canaryqueryxq',
  token: 'Canarytokenxq',
  body: 'Canarybodyxq',
  path: 'Canarypathxq',
} as const;

let server: TestServer;
const answers: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  const ask = async (asked: Promise<{ readonly status: number; readonly text: string }>) => {
    const { status, text } = await asked;
    if (status >= 400) answers.push(text);
  };
  const patient = { resourceType: 'Patient', id: 'canary', name: [{ family: CANARY.name }] };
  const measured = { ...observation('canary', { id: 'canary' }), valueString: CANARY.value };
  delete (measured as { valueQuantity?: unknown }).valueQuantity;
  await full.put('Patient/canary', patient);
  await full.put('Observation/canary', measured);
  // What succeeds.
  await full.get('Patient/canary');
  await full.get(`Patient?family=${CANARY.query}`);
  await full.get('Patient/canary/$everything');
  await full.post('$graphql', { query: `{ PatientList(name: "${CANARY.query}") { id } }` });
  await full.patch('Observation/canary', [
    { op: 'replace', path: '/valueString', value: `${CANARY.value}2` },
  ]);
  // What fails, in as many ways as there are texts.
  for (const role of ['patient-a', 'clinician', 'nobody'] as const) {
    const client = server.as(role);
    await ask(client.get('Patient/canary'));
    await ask(client.put('Observation/canary', measured));
    await ask(client.post('Observation', measured));
    await ask(client.get('Patient/canary/$everything'));
    await ask(
      client.patch('Observation/canary', [
        { op: 'test', path: '/valueString', value: CANARY.value },
      ]),
    );
  }
  await ask(full.put('Observation/canary', { ...measured, status: CANARY.body }));
  await ask(full.put('Observation/canary', measured, { 'if-match': 'W/"77"' }));
  await ask(
    full.patch('Observation/canary', [{ op: 'test', path: '/valueString', value: CANARY.body }]),
  );
  await ask(
    full.send('POST', 'Observation', { body: `{"resourceType":"Observation","x":"${CANARY.body}` }),
  );
  await ask(full.send('POST', '', { body: { resourceType: 'Bundle', type: CANARY.body } }));
  await ask(full.get(`Observation?date=${CANARY.query}`));
  await ask(full.get(`Observation/${CANARY.path}/_history/x`));
  await ask(full.post(`$${CANARY.path}`, { resourceType: 'Parameters' }));
  for (const authorization of [
    `Bearer ${CANARY.token}`,
    `Bearer ${CANARY.token}.${CANARY.token}.${CANARY.token}`,
    `Basic ${Buffer.from(CANARY.token).toString('base64')}`,
  ])
    await ask(server.anonymous().get('Patient/canary', { authorization }));
  // The ledger fails in the middle of it all: causes of failures are logged.
  await server.sql.query(
    'alter table audit_event add constraint canary check (request_id <> $$canary-fails$$) not valid',
  );
  await ask(full.put('Patient/canary', patient, { 'x-request-id': 'canary-fails' }));
  await ask(full.get(`Patient?family=${CANARY.query}`, { 'x-request-id': 'canary-fails' }));
  await server.sql.query('alter table audit_event drop constraint canary');
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Canaries in a text, plain or as base64. */
function sung(text: string): readonly string[] {
  return Object.values(CANARY).filter(
    (canary) =>
      text.includes(canary) || text.includes(Buffer.from(canary).toString('base64').slice(0, 16)),
  );
}

test('the check is not blind: what the caller may see holds them', async () => {
  expect(sung((await server.as('full').get('Patient/canary')).text)).toEqual([CANARY.name]);
});

test('[V-61] no log line holds personal data, a query or a token', () => {
  expect(server.log.length).toBeGreaterThan(0);
  expect(sung(JSON.stringify(server.log))).toEqual([]);
});

test('[V-61] no error tells of stored data or repeats a token or a body', () => {
  expect(answers.length).toBeGreaterThan(20);
  const { name, value, token } = CANARY;
  const found = answers.flatMap((answer) => sung(answer));
  // The value of a code that is none is told to the one who has sent it, to find the mistake.
  expect(found.filter((canary) => [name, value, token].includes(canary as never))).toEqual([]);
});

test('the ledger holds what was asked for in its column for queries alone, and no content, name or token anywhere', async () => {
  const { rows } = await server.sql.query<Record<string, unknown>>('select * from audit_event');
  expect(rows.length).toBeGreaterThan(25);
  const wholeWithout = JSON.stringify(
    rows.map(({ query: _query, resource_id: _id, interaction: _interaction, ...rest }) => rest),
  );
  expect(sung(wholeWithout)).toEqual([]);
  const all = JSON.stringify(rows);
  for (const canary of [CANARY.name, CANARY.value, CANARY.token, CANARY.body])
    expect(all).not.toContain(canary);
  expect(all).toContain(CANARY.query);
});
