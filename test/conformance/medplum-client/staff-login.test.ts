import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LoginAuthenticationResponse, MedplumClient } from '@medplum/core';
import type { Bot, OperationOutcome, Patient, ProjectMembership } from '@medplum/fhirtypes';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

let product: Product;
let person: Person;
let medplum: MedplumClient;
let patient: Patient & { id: string };

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  const full = await product.sandbox('full');
  const own = (await full.get('ProjectMembership/sandbox-admin')).json<ProjectMembership>();
  await full.put('ProjectMembership/sandbox-admin', { ...own, admin: true });
  const admin = product.medplum();
  admin.setAccessToken(await product.sandboxToken('admin'));
  const membership = (await admin.invite('default', {
    resourceType: 'Practitioner',
    firstName: 'Ada',
    lastName: 'Beispiel',
    email: 'ada@diga.example',
    membership: { accessPolicy: { reference: 'AccessPolicy/full' } },
  })) as ProjectMembership;
  const link = membership.extension?.[0]?.extension?.find(({ url }) => url === 'link')?.valueUri;
  person = await product.accept(String(link));
  medplum = await signedIn(PASSWORD);
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', active: true });
}, 60_000);
afterAll(() => product.close(), 30_000);

async function signedIn(password: string, code = person.code()): Promise<MedplumClient> {
  const client = product.medplum();
  const { login } = await client.startLogin({ email: person.handle, password });
  const step = await client.post<LoginAuthenticationResponse>('auth/mfa/verify', {
    login,
    token: code,
  });
  await client.processCode(String(step.code));
  return client;
}

const textAt = async (url: string): Promise<string> => (await medplum.download(url)).text();

describe('MedplumClient 5.2 with the login of a member of staff', () => {
  test('executeBot: a bot that was deployed, by id and identifier, at once and asynchronously', async () => {
    const bot = await medplum.createResource<Bot>({
      resourceType: 'Bot',
      name: 'Greeter',
      runtimeVersion: 'vmcontext',
      identifier: [{ system: 'urn:bots', value: 'greeter' }],
    });
    await medplum.createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      project: { reference: 'Project/default' },
      user: { reference: `Bot/${bot.id}` },
      profile: { reference: `Bot/${bot.id}` },
    });
    const deployed = await medplum.post<OperationOutcome>(
      medplum.fhirUrl('Bot', bot.id, '$deploy'),
      {
        code: `exports.handler = async (medplum, event) => {
          if (event.input.fail) throw new Error('told to');
          return { greeting: 'Hello ' + event.input.name, by: event.requester?.reference };
        };`,
        filename: 'index.js',
      },
    );
    expect(deployed.issue[0]?.severity).toBe('information');
    const answer = { greeting: 'Hello Ada', by: person.profile };
    expect(await medplum.executeBot(bot.id, { name: 'Ada' })).toEqual(answer);
    const byIdentifier = { system: 'urn:bots', value: 'greeter' };
    expect(await medplum.executeBot(byIdentifier, { name: 'Ada' })).toEqual(answer);
    await expect(medplum.executeBot(bot.id, { fail: true })).rejects.toThrow();
    const job = (await medplum.executeBot(bot.id, { name: 'Ada' }, undefined, {
      headers: { Prefer: 'respond-async' },
      pollStatusOnAccepted: true,
      pollStatusPeriod: 200,
    })) as object;
    expect(JSON.stringify(job)).toContain('Hello Ada');
  }, 60_000);

  test('createAttachment, createBinary, createPdf, createMedia, uploadMedia, createDocumentReference', async () => {
    const securityContext = { reference: `Patient/${patient.id}` };
    const binary = await medplum.createBinary({
      data: new Uint8Array([0, 1, 2, 255]),
      contentType: 'application/octet-stream',
      securityContext,
    });
    const bytes = await (await medplum.download(medplum.fhirUrl('Binary', binary.id).href)).bytes();
    expect([...bytes]).toEqual([0, 1, 2, 255]);
    const attachment = await medplum.createAttachment({
      data: 'a note',
      contentType: 'text/plain',
      filename: 'note.txt',
      securityContext,
    });
    expect(attachment).toMatchObject({ contentType: 'text/plain', title: 'note.txt' });
    expect(await textAt(String(attachment.url))).toBe('a note');
    const additionalFields = { subject: securityContext };
    const media = await medplum.createMedia({
      data: 'a picture',
      contentType: 'text/plain',
      filename: 'picture.txt',
      additionalFields,
    });
    expect([media.status, media.subject]).toEqual(['completed', securityContext]);
    expect(await textAt(String(media.content.url))).toBe('a picture');
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is still part of the public surface
    const uploaded = await medplum.uploadMedia('more', 'text/plain', 'm.txt', additionalFields);
    expect(await textAt(String(uploaded.content.url))).toBe('more');
    const document = await medplum.createDocumentReference({
      data: 'a letter',
      contentType: 'text/plain',
      filename: 'l.txt',
      additionalFields,
    });
    expect(await textAt(String(document.content[0]?.attachment.url))).toBe('a letter');
  }, 30_000);

  test('patchResource, readHistory, readVersion', async () => {
    const patched = await medplum.patchResource('Patient', patient.id, [
      { op: 'test', path: '/meta/versionId', value: patient.meta?.versionId },
      { op: 'add', path: '/gender', value: 'other' },
    ]);
    expect(patched.gender).toBe('other');
    await expect(
      medplum.patchResource('Patient', patient.id, [
        { op: 'test', path: '/gender', value: 'female' },
      ]),
    ).rejects.toThrow();
    const history = await medplum.readHistory('Patient', patient.id);
    expect(history.entry?.map(({ resource }) => resource?.meta?.versionId)).toEqual(['2', '1']);
    expect((await medplum.readVersion('Patient', patient.id, '1')).gender).toBeUndefined();
    const author = history.entry?.[0]?.resource?.meta?.author?.reference;
    expect([undefined, person.profile]).toContain(author);
  });

  test('graphql, valueSetExpand, bulkExport', async () => {
    const answer = await medplum.graphql(`{ Patient(id: "${patient.id}") { id active } }`);
    expect(answer).toMatchObject({ data: { Patient: { id: patient.id, active: true } } });
    const expanded = await medplum.valueSetExpand({
      url: 'http://hl7.org/fhir/ValueSet/administrative-gender',
      filter: 'fem',
    });
    expect(expanded.expansion?.contains?.map(({ code }) => code)).toEqual(['female']);
    const exported = await medplum.bulkExport('', 'Patient', undefined, {
      pollStatusOnAccepted: true,
      pollStatusPeriod: 200,
    });
    expect(await textAt(String(exported.output?.[0]?.url))).toContain(patient.id);
  }, 60_000);

  test('auth/changepassword: with the old password and a fresh sign-in; then the new one is the one', async () => {
    const changed = 'another long sentence for Ada 7';
    const change = (client: MedplumClient, oldPassword: string, newPassword: string) =>
      client.post('auth/changepassword', { oldPassword, newPassword });
    const fresh = await signedIn(PASSWORD);
    await expect(change(fresh, 'not the old one at all', changed)).rejects.toThrow(
      /oldPassword is not usable: wrong-password/,
    );
    await expect(change(fresh, PASSWORD, changed)).rejects.toThrow(/Too many attempts/);
    person.code();
    await expect(change(fresh, PASSWORD, 'short')).rejects.toThrow(/newPassword is not usable/);
    await change(fresh, PASSWORD, changed);
    await expect(signedIn(PASSWORD)).rejects.toThrow(/Not signed in/);
    const again = await signedIn(changed);
    // The clock of the server goes on by half a minute each time: the first sign-in is an old one then.
    for (let half = 0; half < 7; half += 1) person.code();
    await medplum.refreshIfExpired(500_000);
    await expect(change(medplum, changed, PASSWORD)).rejects.toThrow(/not older than five minutes/);
    expect((await again.get<{ profile: { id: string } }>('auth/me')).profile.id).toBe(
      person.profile.slice('Practitioner/'.length),
    );
  }, 60_000);
});
