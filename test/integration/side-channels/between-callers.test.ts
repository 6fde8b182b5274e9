import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { observable, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  for (const patient of ['patient-a', 'patient-b'])
    for (let index = 0; index < 5; index += 1)
      await full.put(
        `Observation/${patient}-${String(index)}`,
        observation(patient, { id: `${patient}-${String(index)}` }),
      );
}, 60_000);
afterAll(() => server.close(), 30_000);

function nextOf(text: string): string {
  const { link } = JSON.parse(text) as { link: { relation: string; url: string }[] };
  return link.find(({ relation }) => relation === 'next')?.url ?? '';
}

test('[V-13] a page link is good for its caller alone, and nothing in it can be read', async () => {
  const own = await server.as('patient-a').get('Observation?_count=2');
  const link = nextOf(own.text);
  expect((await server.as('patient-a').get(link)).status).toBe(200);
  expect((await server.as('patient-b').get(link)).status).toBe(400);
  const sealed = Buffer.from(new URL(link).searchParams.get('_cursor') ?? '', 'base64url').toString(
    'latin1',
  );
  expect(sealed).not.toMatch(/Observation|patient|select/i);
  // The same page is sealed anew each time: links cannot be compared.
  expect(nextOf((await server.as('patient-a').get('Observation?_count=2')).text)).not.toBe(link);
});

test('[V-46] a file of an export is for who asked for it, with a token, until it is gone', async () => {
  const headers = { prefer: 'respond-async', accept: 'application/fhir+json' };
  const kickOff = await server.as('patient-a').get('$export?_type=Observation', headers);
  const status = kickOff.headers.get('content-location') ?? '';
  let manifest = await server.as('patient-a').get(status);
  for (let attempt = 0; manifest.status === 202 && attempt < 100; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    manifest = await server.as('patient-a').get(status);
  }
  const { requiresAccessToken, output } = manifest.json<{
    requiresAccessToken: boolean;
    output: { url: string }[];
  }>();
  expect(requiresAccessToken).toBe(true);
  const url = output[0]?.url ?? '';
  expect((await server.as('patient-a').get(url)).status).toBe(200);
  expect((await server.anonymous().get(url)).status).toBe(401);
  const other = await server.as('patient-b').get(url);
  const nowhere = await server.as('patient-b').get(`${server.url}/fhir/bulkdata/export/nowhere/1`);
  expect([other.status, nowhere.status]).toEqual([404, 404]);
  expect((await server.as('patient-b').get(status)).status).toBe(404);
  expect((await server.as('patient-a').delete(status)).status).toBe(202);
  expect((await server.as('patient-a').get(url)).status).toBe(404);
});

test('[V-54] what the server says about itself is one text for all callers', async () => {
  const [first, ...others] = await Promise.all(
    [server.anonymous(), server.as('patient-a'), server.as('admin'), server.as('full')].map(
      (client) => client.get('metadata'),
    ),
  );
  expect(first?.status).toBe(200);
  for (const other of others) expect(other.text).toBe(first?.text);
});

test('[V-55] no cache between callers: what one is answered is never the answer of another', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const who = index % 2 === 0 ? 'patient-a' : 'patient-b';
      const answer = await server
        .as(who)
        .get(index % 3 === 0 ? 'Observation' : 'Observation/patient-a-0');
      return { who, answer };
    }),
  );
  for (const { who, answer } of answers) {
    expect(answer.headers.get('cache-control')).toBe('no-store, private');
    if (who === 'patient-b') expect(answer.text).not.toContain('"reference":"Patient/patient-a"');
    else expect(answer.text).not.toContain('"reference":"Patient/patient-b"');
  }
});

test('[V-56] nothing is compressed, so that no length speaks', async () => {
  const answer = await server.as('patient-a').get('Observation', { 'accept-encoding': 'gzip, br' });
  expect(answer.headers.get('content-encoding')).toBeNull();
});

test('[V-59] ids that the server gives are random, of 122 bits', async () => {
  const ids = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const created = await server.as('patient-a').post('Observation', observation('patient-a'));
      return created.json<{ id: string }>().id;
    }),
  );
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  // Neither the first nor the last part follows the order of creation.
  expect(ids.toSorted()).not.toEqual(ids);
});

test('[V-60] no answer tells how busy others are', async () => {
  const quiet = await server.as('patient-b').get('Observation');
  await Promise.all(Array.from({ length: 100 }, () => server.as('patient-a').get('Observation')));
  const busy = await server.as('patient-b').get('Observation');
  const names = (answer: typeof quiet): readonly string[] =>
    [...answer.headers]
      .map(([name]) => name)
      .filter((name) => /rate|limit|retry|remaining/.test(name));
  expect([...names(quiet), ...names(busy)]).toEqual([]);
  expect(busy.status).toBe(200);
});

test('[V-32] a hidden id and a free one are one answer, to the byte', async () => {
  const hidden = await server.as('patient-a').get('Observation/patient-b-0');
  const free = await server.as('patient-a').get('Observation/patient-x-0');
  expect(observable(hidden, 'patient-b-0')).toEqual(observable(free, 'patient-x-0'));
});
