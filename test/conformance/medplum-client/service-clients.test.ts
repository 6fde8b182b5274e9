import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import type { AccessPolicy, ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { makeCertificate, NO_OPENSSL } from '../../support/certificates.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
let admin: MedplumClient;
let keys: Server;
let jwksUri: string;
let key: CryptoKey;
let folder: string;

const trusted = getCACertificates('default');

const ADMIN = 'admin/projects/default';
const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
const EMPTY = { resourceType: 'Parameters' };
const AUDITOR = { accessPolicy: { reference: 'AccessPolicy/auditor' } };

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const pair = await generateKeyPair('ES384', { extractable: true });
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES384', use: 'sig' };
  folder = await mkdtemp(join(tmpdir(), 'diga-server-keys-'));
  const { certFile, keyFile } = await makeCertificate(folder, 'keys');
  const cert = await readFile(certFile, 'utf8');
  // The provider trusts whom the machine trusts.
  setDefaultCACertificates([...trusted, cert]);
  keys = createServer({ cert, key: await readFile(keyFile) }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${String((keys.address() as AddressInfo).port)}`;
  jwksUri = `https://${host}/jwks`;
  const file = join(folder, 'keys.yaml');
  await writeFile(file, JSON.stringify({ plugins: { auth: { tokens: { jwksHosts: [host] } } } }));
  product = await startProduct([], file);
  const full = await product.sandbox('full');
  const own = (await full.get('ProjectMembership/sandbox-admin')).json<ProjectMembership>();
  await full.put('ProjectMembership/sandbox-admin', { ...own, admin: true });
  admin = product.medplum();
  admin.setAccessToken(await product.sandboxToken('admin'));
}, 60_000);
afterAll(async () => {
  keys.close();
  keys.closeAllConnections();
  setDefaultCACertificates(trusted);
  await product.close();
  await rm(folder, { recursive: true });
}, 30_000);

const assertion = (id: string, signer = key): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', kid: 'one' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(product.url)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(signer);

const newClient = (more: object): Promise<ClientApplication & { id: string }> =>
  admin.post(`${ADMIN}/client`, { name: 'Billing', ...AUDITOR, ...more });

async function totals(): Promise<number[]> {
  const found = ['Practitioner', 'User', 'ProjectMembership'] as const;
  const bundles = await Promise.all(found.map((type) => admin.search(type, '_summary=count')));
  return bundles.map(({ total }) => total ?? -1);
}

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

suite(`MedplumClient 5.2: service accounts that an admin has made${skipNote(NO_OPENSSL)}`, () => {
  test('jwksUri: startJwtBearerLogin and startJwtAssertionLogin with the own key, and with no other', async () => {
    const { id, secret } = await newClient({ jwksUri });
    expect(secret).toBeUndefined();
    const bearer = product.medplum();
    await bearer.startJwtBearerLogin(id, await assertion(id), 'system/*.rs');
    const asserted = product.medplum();
    await asserted.startJwtAssertionLogin(await assertion(id));
    for (const medplum of [bearer, asserted]) {
      expect((await medplum.search('AuditEvent', '_count=1')).entry).toHaveLength(1);
      await expect(medplum.search('Patient')).rejects.toThrow(/[Aa]ccess denied/);
    }
    await expect(newClient({ jwksUri: jwksUri.replace('https', 'http') })).rejects.toThrow(
      /jwksUri is not usable/,
    );
    const { privateKey } = await generateKeyPair('ES384');
    const forged = await assertion(id, privateKey);
    await expect(product.medplum().startJwtAssertionLogin(forged)).rejects.toThrow();
    await expect(product.medplum().startClientLogin(id, 'a secret')).rejects.toThrow();
  }, 30_000);

  test('$rotate-secret: shown once, the old one ends at once; only for clients that have one, and who may change them', async () => {
    const { id, secret = '' } = await newClient({});
    await product.medplum().startClientLogin(id, secret);
    const path = admin.fhirUrl('ClientApplication', id, '$rotate-secret');
    const rotated = await admin.post<ClientApplication>(path, {
      resourceType: 'Parameters',
      parameter: [{ name: 'secret', valueString: secret }],
    });
    expect(rotated).toMatchObject({ resourceType: 'ClientApplication', id });
    expect(rotated.secret).not.toBe(secret);
    await product.medplum().startClientLogin(id, String(rotated.secret));
    await expect(product.medplum().startClientLogin(id, secret)).rejects.toThrow();
    const read = await admin.readResource('ClientApplication', id);
    expect(JSON.stringify(read)).not.toContain('secret');
    await expect(
      admin.post(path, {
        resourceType: 'Parameters',
        parameter: [{ name: 'retiringSecret', valueString: secret }],
      }),
    ).rejects.toThrow(/an old secret ends/);

    const withKeys = await newClient({ jwksUri });
    await expect(
      admin.post(admin.fhirUrl('ClientApplication', withKeys.id, '$rotate-secret'), EMPTY),
    ).rejects.toThrow(/has no secret/);

    const policy = await admin.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      extension: [{ url: OPERATION, valueCode: 'rotate-secret' }],
      resource: [{ resourceType: 'ClientApplication', interaction: ['read'] }],
    });
    const reader = await newClient({ accessPolicy: { reference: `AccessPolicy/${policy.id}` } });
    for (const other of [reader, await newClient({ accessPolicy: undefined })]) {
      const medplum = product.medplum();
      await medplum.startClientLogin(other.id, String(other.secret));
      await expect(medplum.post(path, EMPTY)).rejects.toThrow(/[Aa]ccess denied|not allowed/);
    }
    await product.medplum().startClientLogin(id, String(rotated.secret));
  }, 30_000);
});

(NO_OPENSSL === undefined ? test : test.skip)(
  'an invitation whose membership is refused leaves neither a person nor a user behind',
  async () => {
    const policy = await admin.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      resource: [
        { resourceType: 'Practitioner', interaction: ['create'] },
        { resourceType: 'User', interaction: ['create'] },
        { resourceType: 'ProjectMembership', interaction: ['read'] },
      ],
    });
    const { id, secret } = await newClient({
      accessPolicy: { reference: `AccessPolicy/${policy.id}` },
    });
    const membership = await admin.searchOne(
      'ProjectMembership',
      `profile=ClientApplication/${id}`,
    );
    await admin.updateResource<ProjectMembership>({
      ...(membership as ProjectMembership),
      admin: true,
    });
    const before = await totals();
    const weak = product.medplum();
    await weak.startClientLogin(id, String(secret));
    const wanted = { resourceType: 'Practitioner' as const, firstName: 'A', lastName: 'B' };
    await expect(weak.invite('default', wanted)).rejects.toThrow(/[Aa]ccess denied/);
    expect(await totals()).toEqual(before);
    await admin.invite('default', wanted);
    expect(await totals()).toEqual(before.map((count) => count + 1));
  },
  30_000,
);
