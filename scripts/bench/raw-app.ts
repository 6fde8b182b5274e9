// The raw limit: Express and pg answering with one SQL statement each what the server answers with FHIR around it.
// Started by the bench as a process of its own; its options come as a message, because they hold a password.
import { hash, randomUUID } from 'node:crypto';
import type { Bundle, Observation } from '@medplum/fhirtypes';
import express from 'express';
import type { Response } from 'express';
import pg from 'pg';
import type { AuditRow } from '../../src/audit/audit-row.ts';
import { systemClock } from '../../src/clock.ts';
import type { SqlStatement } from '../../src/storage/database.ts';
import { sideDigest } from '../../src/storage/side-digest.ts';
import { versionOf } from '../../src/storage/version-of.ts';
import { writeStatement, type PreparedVersion } from '../../src/storage/write-statement.ts';
import type { RawOptions } from './raw-process.ts';
import { createRawIndex } from './raw-index.ts';
import {
  PAGE_SIZE,
  type RawRow,
  type SELECTS,
  selectStatement,
  SHOWN,
  updateStatement,
} from './raw-statements.ts';

process.once('message', (options: RawOptions) => {
  start(options).then(
    (port) => process.send?.({ port }),
    (error: unknown) => {
      throw error;
    },
  );
});
process.once('disconnect', () => process.exit(0));

async function start({ connection, connections, types, firstRow }: RawOptions): Promise<number> {
  const pool = new pg.Pool({ ...connection, max: connections });
  const indexOf = createRawIndex();
  const observationType = types['Observation'] ?? 0;
  let row = firstRow;

  const audit = (
    interaction: string,
    type: string,
    resourceId: string,
    patient: string,
  ): AuditRow => ({
    recorded: new Date(systemClock.now()).toISOString(),
    interaction,
    outcome: 0,
    agent: 'ClientApplication/raw',
    roles: 'raw',
    rule: 'raw/1',
    type,
    resourceId,
    version: 1,
    patient,
    purpose: 'HSYSADMIN',
    clientId: 'raw',
    network: '127.0.0.1',
    requestId: randomUUID().slice(0, 16),
  });
  const query = async (statement: SqlStatement): Promise<readonly RawRow[]> =>
    (await pool.query<RawRow>(statement as pg.QueryConfig)).rows;
  const prepare = (observation: Observation): PreparedVersion => {
    const id = randomUUID();
    const lastUpdated = new Date(systemClock.now()).toISOString();
    const { resourceType, meta, ...rest } = observation;
    const index = indexOf(observation);
    return {
      rid: String((row += 1)),
      self: hash('sha256', id, 'buffer').readBigInt64BE(),
      type: observationType,
      id,
      version: 1,
      lastUpdated,
      deleted: false,
      patients: observation.subject?.reference?.slice('Patient/'.length) ?? '',
      content: JSON.stringify({
        resourceType,
        id,
        meta: { ...meta, versionId: '1', lastUpdated },
        ...rest,
      }),
      index,
      side: sideDigest(index),
    };
  };
  const create = async (
    observations: readonly Observation[],
  ): Promise<readonly PreparedVersion[]> => {
    const creates = observations.map(prepare);
    const rows = creates.map(({ id, patients }) => audit('create', 'Observation', id, patients));
    await query(writeStatement({ creates, updates: [], audit: rows }));
    return creates;
  };
  const find = (
    name: keyof typeof SELECTS,
    type: string,
    values: readonly unknown[],
    patient = '',
  ) =>
    query(
      selectStatement(name, [types[type] ?? 0, ...values], audit('search-type', type, '', patient)),
    );

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(express.json({ type: 'application/fhir+json', limit: '16mb' }));
  app.post('/create', async ({ body }, response) => {
    const [created] = await create([body as Observation]);
    answer(response, 201, created?.content ?? '');
  });
  app.post('/transaction', async ({ body }, response) => {
    const observations = ((body as Bundle).entry ?? []).map(
      ({ resource }) => resource as Observation,
    );
    const created = await create(observations);
    answer(response, 200, JSON.stringify({ entry: created.map(({ id }) => ({ location: id })) }));
  });
  app.put('/update/:id', async ({ body, params: { id } }, response) => {
    const observation = body as Observation;
    const content = JSON.stringify(observation);
    const patient = observation.subject?.reference?.slice('Patient/'.length) ?? '';
    const row = audit('update', 'Observation', id, patient);
    const rows = await query(
      updateStatement(observationType, id, content, patient, indexOf(observation), row),
    );
    answer(response, rows.length === 1 ? 200 : 404, content);
  });
  app.get('/read/:type/:id', async ({ params: { type, id } }, response) => {
    const [found] = await query(
      selectStatement('read', [types[type] ?? 0, id], audit('read', type, id, '')),
    );
    answer(response, found === undefined ? 404 : 200, found?.content ?? '');
  });
  app.get('/find/:name/:type', async ({ query: asked, params: { name, type } }, response) => {
    const values = [asked['v'] ?? []].flat();
    // A type among the values stands for its number in these tables.
    const own = values.map((value) =>
      typeof value === 'string' ? (types[value] ?? value) : value,
    );
    const shown = SHOWN[name] ?? PAGE_SIZE;
    answer(response, 200, page(await find(name as keyof typeof SELECTS, type, own), shown));
  });
  app.get('/export', async (_request, response) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`declare everything no scroll cursor for
        select v.content || E'\\n' as content from resource r, lateral ${versionOf('r')} v where not r.deleted`);
      response.setHeader('Content-Type', 'application/fhir+ndjson');
      for (;;) {
        const { rows } = await client.query<RawRow>('fetch 1000 from everything');
        if (rows.length === 0) break;
        response.write(rows.map(({ content }) => content).join(''));
      }
      await client.query('commit');
      response.end();
    } finally {
      client.release();
    }
  });
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) => {
      const address = server.address();
      if (error !== undefined) reject(error);
      else if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });
}

function page(rows: readonly RawRow[], shown: number): string {
  return `{"resourceType":"Bundle","entry":[${rows
    .slice(0, shown)
    .map(({ content }) => `{"resource":${content}}`)
    .join(',')}]}`;
}

function answer(response: Response, status: number, text: string): void {
  const headers = {
    'content-type': 'application/fhir+json',
    'content-length': Buffer.byteLength(text),
  };
  response.writeHead(status, headers).end(text);
}
