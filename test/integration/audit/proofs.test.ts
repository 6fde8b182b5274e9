import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { untilSealed } from '../../support/ledger.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

beforeAll(async () => {
  server = await startTestServer({ settings: ['audit.sealSeconds=0.1'] });
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
  await server.as('clinician').get('Observation/a1');
  for (let n = 0; n < 300; n += 1) await full.get('Patient/none');
  await server.as('patient-a').get('Observation/a1');
  await untilSealed(server.sql);
}, 90_000);
afterAll(() => server.close(), 30_000);

const asked = async (client: FhirClient, path: string): Promise<readonly ParametersParameter[]> => {
  const answer = await client.get(path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json<Parameters>().parameter ?? [];
};
const text = (parameters: readonly ParametersParameter[], name: string): string =>
  parameters.find((parameter) => parameter.name === name)?.valueString ?? '';
const part = (
  parameters: readonly ParametersParameter[],
  name: string,
): readonly ParametersParameter[] =>
  parameters.find((parameter) => parameter.name === name)?.part ?? [];
const hashesIn = (parameters: readonly ParametersParameter[]): Buffer[] =>
  parameters.flatMap(({ name, valueString = '' }) =>
    name === 'hash' ? [Buffer.from(valueString, 'base64')] : [],
  );
const sha = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const item of parts) hash.update(item);
  return hash.digest();
};

/** The algorithm as docs/audit-ledger.md describes it to whoever verifies by themselves. */
function rootOf(leaf: Buffer, index: number, size: number, hashes: readonly Buffer[]): string {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const other of hashes) {
    if (fn % 2 === 1 || fn === sn) {
      hash = sha(Buffer.of(1), other, hash);
      while (fn % 2 === 0 && fn > 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else hash = sha(Buffer.of(1), hash, other);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return hash.toString('base64');
}

async function eventOf(client: FhirClient, query: string): Promise<AuditEvent> {
  const bundle = (await client.get(`AuditEvent?_count=1&${query}`)).json<Bundle>();
  return bundle.entry?.[0]?.resource as AuditEvent;
}

/** Gives a membership of a patient whose policy names the operation. */
async function patientWithProofs(): Promise<FhirClient> {
  const admin = server.as('full');
  const policy = (await admin.get('AccessPolicy/patient')).json<{ extension?: object[] }>();
  const extension = [...(policy.extension ?? []), { url: OPERATION, valueCode: 'inclusion-proof' }];
  const put = await admin.put('AccessPolicy/patient', { ...policy, extension });
  expect(put.status).toBe(200);
  return server.as('patient-a');
}

describe('[R-209] checkpoints', () => {
  test('openssl accepts the signature of the newest one with the published key', async () => {
    const auditor = server.as('auditor');
    const checkpoint = part(await asked(auditor, '$audit-checkpoint'), 'checkpoint');
    const [header = '', payload = '', signature = ''] = text(checkpoint, 'jws').split('.');
    const { keys } = JSON.parse(text(await asked(auditor, '$audit-keys'), 'jwks')) as {
      keys: (JsonWebKey & { kid: string })[];
    };
    const jwk = keys.find(({ kid }) => kid === text(checkpoint, 'kid'));
    const folder = mkdtempSync(join(tmpdir(), 'diga-openssl-'));
    try {
      const file = (name: string, content: string | Buffer): string => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
      };
      const pem = createPublicKey({ key: jwk!, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      const args = ['dgst', '-sha256', '-verify', file('key.pem', pem)];
      const signed = file('signed', `${header}.${payload}`);
      const der = file('sig.der', derOf(Buffer.from(signature, 'base64url')));
      const said = execFileSync('openssl', [...args, '-signature', der, signed]).toString();
      expect(said).toContain('Verified OK');
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
      alg: 'ES256',
      typ: 'audit-checkpoint+jws',
    });
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      origin: text(checkpoint, 'origin'),
      root: text(checkpoint, 'root'),
      size: Number(text(checkpoint, 'size')),
      time: expect.stringMatching(/^20\d\d-/),
    });
  });

  test('an earlier one by its size; none of a size that has none', async () => {
    const auditor = server.as('auditor');
    const { rows } = await server.sql.query<{ size: string; jws: string }>(
      'select size::text, jws from audit_checkpoint order by size limit 1',
    );
    const found = part(
      await asked(auditor, `$audit-checkpoint?size=${rows[0]!.size}`),
      'checkpoint',
    );
    expect(text(found, 'jws')).toBe(rows[0]!.jws);
    expect((await auditor.get('$audit-checkpoint?size=999999999')).status).toBe(404);
    expect((await auditor.get('$audit-checkpoint?size=-1')).status).toBe(400);
  });

  test('nobody but who may gets them: how many rows there are tells how much is going on', async () => {
    for (const role of ['patient-a', 'clinician', 'nobody'] as const) {
      const client = server.as(role);
      for (const path of ['$audit-checkpoint', '$audit-keys', '$consistency-proof?from=1']) {
        expect((await client.get(path)).status).toBe(403);
      }
    }
  });
});

describe('[R-209] proofs', () => {
  test('consistency: each checkpoint begins with all of the one before', async () => {
    const { rows } = await server.sql.query<{ size: number }>(
      'select size::int as size from audit_checkpoint order by size',
    );
    const { verifyConsistency } = await import('../../../src/audit/seal/verify-proof.ts');
    for (const { size } of rows.slice(0, 12)) {
      const answer = await asked(server.as('auditor'), `$consistency-proof?from=${size}`);
      const [from, to] = ['from', 'to'].map((name) => part(answer, name));
      const roots = [from, to].map((side) => Buffer.from(text(side!, 'root'), 'base64'));
      const latest = Number(text(to!, 'size'));
      expect(verifyConsistency(size, roots[0]!, latest, roots[1]!, hashesIn(answer))).toBe(true);
      if (size === latest) continue;
      const wrong = sha(roots[0]!);
      expect(verifyConsistency(size, wrong, latest, roots[1]!, hashesIn(answer))).toBe(false);
    }
    expect((await server.as('auditor').get('$consistency-proof')).status).toBe(400);
    expect((await server.as('auditor').get('$consistency-proof?from=1000000')).status).toBe(404);
  });

  test('inclusion: an auditor gets the whole record, and it leads to the root of the checkpoint', async () => {
    const auditor = server.as('auditor');
    const event = await eventOf(auditor, 'patient=Patient/patient-a&agent=ClientApplication/full');
    const answer = await asked(auditor, `AuditEvent/${event.id}/$inclusion-proof`);
    const record = text(answer, 'record');
    const leaf = sha(Buffer.of(0), Buffer.from(record));
    expect(leaf.toString('base64')).toBe(text(answer, 'leaf'));
    const checkpoint = part(answer, 'checkpoint');
    const size = Number(text(checkpoint, 'size'));
    const root = rootOf(leaf, Number(text(answer, 'index')), size, hashesIn(answer));
    expect(root).toBe(text(checkpoint, 'root'));
    expect(hashesIn(answer).length).toBeGreaterThan(7);
    const said = JSON.parse(record) as Record<string, unknown>;
    expect(said).toMatchObject({ patient: 'patient-a', interaction: expect.any(String) });
    expect(Date.parse(String(said['recorded']))).toBe(Date.parse(event.recorded));
    const restricted = text(answer, 'restricted');
    expect(sha(Buffer.from(restricted)).toString('base64url')).toBe(said['$restricted']);
    expect(JSON.parse(restricted)).toMatchObject({
      agent: 'ClientApplication/full',
      rule: expect.any(String),
    });
  });

  test('a patient whose policy says so proves what is in their own log, and learns no address or rule of others', async () => {
    const denied = await eventOf(server.as('patient-a'), 'agent=ClientApplication/full');
    const without = await server.as('patient-a').get(`AuditEvent/${denied.id}/$inclusion-proof`);
    expect(without.status).toBe(403);
    const patient = await patientWithProofs();
    const event = await eventOf(patient, 'agent=ClientApplication/full');
    const answer = await asked(patient, `AuditEvent/${event.id}/$inclusion-proof`);
    const leaf = sha(Buffer.of(0), Buffer.from(text(answer, 'record')));
    const checkpoint = part(answer, 'checkpoint');
    const size = Number(text(checkpoint, 'size'));
    expect(rootOf(leaf, Number(text(answer, 'index')), size, hashesIn(answer))).toBe(
      text(checkpoint, 'root'),
    );
    expect(text(answer, 'restricted')).toBe('');
    expect(text(answer, 'record')).not.toMatch(/"(?:agent|network|query|rule|token_id)"/);
    await untilSealed(server.sql);
    const own = await eventOf(patient, 'agent=Patient/patient-a');
    await untilSealed(server.sql);
    const whole = await asked(patient, `AuditEvent/${own.id}/$inclusion-proof`);
    expect(text(whole, 'restricted')).toContain('"network"');
  });

  test('of an event of somebody else there is no proof, as if there were no such event', async () => {
    const patient = await patientWithProofs();
    const foreign = await eventOf(server.as('auditor'), 'agent=ClientApplication/full&outcome=4');
    const [hidden, absent] = await Promise.all([
      patient.get(`AuditEvent/${foreign.id}/$inclusion-proof`),
      patient.get(`AuditEvent/${'0'.repeat(32)}/$inclusion-proof`),
    ]);
    const shape = (answer: typeof hidden, id: string) => answer.text.replaceAll(id, 'X');
    expect(hidden.status).toBe(404);
    expect(absent.status).toBe(404);
    expect(shape(hidden, foreign.id ?? '')).toBe(shape(absent, '0'.repeat(32)));
  });

  test('an event that no checkpoint of the size covers: 409 that asks to try again', async () => {
    const auditor = server.as('auditor');
    const event = await eventOf(auditor, 'patient=Patient/patient-a');
    const { rows } = await server.sql.query<{ size: string }>(
      'select size::text from audit_checkpoint order by size limit 1',
    );
    const answer = await auditor.get(
      `AuditEvent/${event.id}/$inclusion-proof?size=${rows[0]!.size}`,
    );
    expect(answer.status).toBe(409);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.text).toContain('AUDIT_NOT_SEALED');
  });

  test('asking for a proof is on record', async () => {
    const { rows } = await server.sql.query<{ n: number }>(
      `select count(*)::int as n from audit_event where interaction = 'operation:inclusion-proof' and outcome = 0`,
    );
    expect(rows[0]!.n).toBeGreaterThan(1);
  });
});

describe('[R-209] [R-052] the tables of the seal are append-only', () => {
  const TABLES = [
    'audit_leaves',
    'audit_node',
    'audit_checkpoint',
    'audit_key',
    'audit_deletion',
    'audit_period',
  ];
  const PARTITION = 'audit_event_before';
  const asRole = async (owner: boolean, statement: string): Promise<string> => {
    const { default: pg } = await import('pg');
    const { url, ownerUrl } = server.databases.urls.clinical;
    const client = new pg.Client({ connectionString: owner ? ownerUrl : url });
    await client.connect();
    try {
      await client.query(statement);
      return 'done';
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await client.end();
    }
  };

  test.each(
    [...TABLES, PARTITION].flatMap((table) => [`delete from ${table}`, `truncate ${table}`]),
  )('%s: refused to the server and to the owner', async (statement) => {
    expect(await asRole(false, statement)).toBe('42501');
    expect(await asRole(true, statement)).toBe('42501');
  });

  test.each([
    `insert into ${PARTITION} (seq, recorded, interaction, outcome, request_id) values (1, now(), 'read', 0, 'x')`,
    "insert into audit_deletion values (0, 'x')",
    "insert into audit_blinding values (1, 'x')",
    'delete from audit_blinding',
    `drop table ${PARTITION}`,
    'alter table audit_event detach partition audit_event_before',
  ])('the server may not: %s', async (statement) => {
    expect(await asRole(false, statement)).toBe('42501');
  });

  test('the owner cannot destroy the key of a period that has no deletion record', async () => {
    expect(await asRole(true, 'delete from audit_blinding')).toBe('42501');
  });
});

/** A signature of two numbers one after the other, as openssl wants it. */
function derOf(signature: Buffer): Buffer {
  const integer = (bytes: Buffer): Buffer => {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
    const value = bytes.subarray(start);
    const positive = (value[0] ?? 0) < 0x80 ? value : Buffer.concat([Buffer.of(0), value]);
    return Buffer.concat([Buffer.of(2, positive.length), positive]);
  };
  const half = signature.length / 2;
  const both = Buffer.concat([
    integer(signature.subarray(0, half)),
    integer(signature.subarray(half)),
  ]);
  return Buffer.concat([Buffer.of(0x30, both.length), both]);
}
