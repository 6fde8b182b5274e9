import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type {
  LoginAuthenticationResponse,
  MedplumClient,
  SubscriptionEmitter,
} from '@medplum/core';
import type { Bundle, Patient, ProjectMembership, Questionnaire } from '@medplum/fhirtypes';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

let product: Product;
let person: Person;
let medplum: MedplumClient;
const events: string[] = [];

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  person = await product.person();
  medplum = product.medplum({
    createPdf: async () => new Uint8Array(Buffer.from('%PDF-1.7')),
    cacheTime: 60_000,
  });
  for (const type of ['change', 'profileRefreshing', 'profileRefreshed'] as const) {
    medplum.addEventListener(type, () => void events.push(type));
  }
  const { login } = await medplum.startLogin({ email: person.handle, password: PASSWORD });
  const { code } = await medplum.post<LoginAuthenticationResponse>('auth/mfa/verify', {
    login,
    token: person.code(),
  });
  await medplum.processCode(String(code));
}, 60_000);

afterAll(async () => {
  medplum.getSubscriptionManager().closeWebSocket();
  await product.close();
}, 30_000);

const patientId = (): string => person.profile.slice('Patient/'.length);

function next<T>(emitter: SubscriptionEmitter, type: 'connect' | 'message'): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`No ${type}`));
    }, 15_000);
    emitter.addEventListener(type, (event: { payload: unknown }) => {
      clearTimeout(timer);
      resolve(event.payload as T);
    });
  });
}

describe('MedplumClient 5.2 of somebody who is signed in', () => {
  test('tells of itself, and of the session', async () => {
    expect(events).toEqual(expect.arrayContaining(['profileRefreshing', 'change']));
    expect(medplum.isAuthenticated()).toBe(true);
    expect(medplum.isLoading()).toBe(false);
    expect(medplum.getActiveLogin()?.profile.reference).toBe(person.profile);
    expect(medplum.getLogins()).toHaveLength(1);
    expect((await medplum.getProfileAsync())?.id).toBe(patientId());
    expect(medplum.rateLimitStatus()).toEqual([]);
    expect(medplum.getTokenUrl()).toBe(`${product.url}/oauth2/token`);
    const active = medplum.getActiveLogin();
    if (active === undefined) throw new TypeError('Nobody is signed in');
    await medplum.setActiveLogin(active);
    expect(medplum.getProfile()?.id).toBe(patientId());
  });

  test('keeps what it has read, and batches by itself', async () => {
    await medplum.readResource('Patient', patientId());
    expect(medplum.getCached('Patient', patientId())?.id).toBe(patientId());
    expect(medplum.getCachedReference<Patient>({ reference: person.profile })?.id).toBe(
      patientId(),
    );
    medplum.invalidateAll();
    expect(medplum.getCached('Patient', patientId())).toBeUndefined();
    const batching = product.medplum({ autoBatchTime: 10 });
    batching.setAccessToken(String(medplum.getAccessToken()));
    const [patient, missing] = await Promise.allSettled([
      batching.readResource('Patient', patientId()),
      batching.readResource('Patient', 'somebody-else'),
    ]);
    expect([patient.status, missing.status]).toEqual(['fulfilled', 'rejected']);
  });

  test('binaries, PDF, media and attachments under the policy of a patient', async () => {
    const securityContext = { reference: person.profile };
    const pdf = await medplum.createPdf({
      docDefinition: { content: ['x'] },
      filename: 'a.pdf',
      securityContext,
    });
    expect(pdf.contentType).toBe('application/pdf');
    const content = await medplum.download(medplum.fhirUrl('Binary', pdf.id).href);
    expect(await content.text()).toBe('%PDF-1.7');
    const response = await medplum.downloadResponse(medplum.fhirUrl('Binary', pdf.id).href);
    expect(response.headers.get('content-type')).toContain('application/pdf');
  });

  test('subscribes by websocket with the token of the login', async () => {
    // The shipped policy of patients opens no Subscriptions.
    const full = await product.sandbox('full');
    await full.put('AccessPolicy/subscriber', {
      resourceType: 'AccessPolicy',
      id: 'subscriber',
      resource: [
        { resourceType: 'Subscription', interaction: ['create', 'read', 'update', 'delete'] },
        {
          resourceType: 'QuestionnaireResponse',
          criteria: `QuestionnaireResponse?subject=${person.profile}`,
          interaction: ['create', 'read', 'search'],
        },
      ],
    });
    const id = medplum.getProjectMembership()?.id ?? '';
    const own = (await full.get(`ProjectMembership/${id}`)).json<ProjectMembership>();
    const policy = { reference: 'AccessPolicy/subscriber' };
    await full.put(`ProjectMembership/${id}`, {
      ...own,
      access: [...(own.access ?? []), { policy }],
    });
    const criteria = `QuestionnaireResponse?subject=${person.profile}`;
    const emitter = medplum.subscribeToCriteria(criteria);
    await next(emitter, 'connect');
    const message = next<Bundle>(emitter, 'message');
    const created = await medplum.createResource({
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      subject: { reference: person.profile },
    });
    expect((await message).entry?.[1]?.resource?.id).toBe(created.id);
    medplum.unsubscribeFromCriteria(criteria);
    expect(medplum.getMasterSubscriptionEmitter()).toBeDefined();
  }, 30_000);

  test('what is not offered ends in an error, and in nothing else', async () => {
    const refused: Record<string, () => Promise<unknown>> = {
      sendEmail: () => medplum.sendEmail({ to: 'a@b.example', subject: 'x', text: 'y' }),
      readPatientSummary: async () => await medplum.readPatientSummary(patientId()),
      readResourceGraph: async () => await medplum.readResourceGraph('Patient', patientId(), 'x'),
      pushToAgent: () => medplum.pushToAgent({ reference: 'Agent/x' }, 'Device/y', 'z'),
      getCdsServices: () => medplum.getCdsServices(),
      callCdsService: () => medplum.callCdsService('x', {} as never),
      keyValue: () => medplum.keyValue.get('x'),
      fhircastSubscribe: () => medplum.fhircastSubscribe('topic', ['Patient-open']),
      fhircastGetContext: () => medplum.fhircastGetContext('topic'),
      invite: () =>
        medplum.invite('default', { resourceType: 'Patient', firstName: 'A', lastName: 'B' }),
      createsForOthers: () =>
        medplum.createResource<Questionnaire>({ resourceType: 'Questionnaire', status: 'draft' }),
    };
    const done: string[] = [];
    for (const [name, work] of Object.entries(refused)) {
      await work().then(
        () => void done.push(name),
        (error: unknown) => {
          expect(String(error)).not.toMatch(/undefined|Cannot read/);
        },
      );
    }
    expect(done).toEqual([]);
  }, 30_000);
});
