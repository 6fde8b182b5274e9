import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient, type SubscriptionEmitter } from '@medplum/core';
import type { Bundle, Observation, Patient, SubscriptionStatus } from '@medplum/fhirtypes';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let medplum: MedplumClient;

beforeAll(async () => {
  server = await startTestServer();
  medplum = new MedplumClient({ baseUrl: `${server.url}/`, fetch, cacheTime: 0 });
  medplum.setAccessToken(tokenOf('full'));
  // The manager wants to know who is signed in; the tokens of the tests come without a login.
  medplum.getProfile = () => ({ resourceType: 'Practitioner', id: 'full' });
}, 60_000);

afterAll(async () => {
  medplum.getSubscriptionManager().closeWebSocket();
  await server.close();
}, 30_000);

function next<T>(emitter: SubscriptionEmitter, type: 'connect' | 'message'): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`No ${type}`));
    }, 15_000);
    const listener = (event: { payload: unknown }): void => {
      clearTimeout(timer);
      emitter.removeEventListener(type, listener);
      resolve(event.payload as T);
    };
    emitter.addEventListener(type, listener);
  });
}

describe('MedplumClient 5.2: subscribeToCriteria over its own SubscriptionManager', () => {
  test('connect, events of creates, updates and deletes, and no others', async () => {
    const patient = await medplum.createResource<Patient>({ resourceType: 'Patient' });
    const subject = { reference: `Patient/${patient.id}` };
    const emitter = medplum.subscribeToCriteria(`Observation?subject=${subject.reference}`);
    const { subscriptionId } = await next<{ subscriptionId: string }>(emitter, 'connect');
    const observation: Observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject,
    };

    await medplum.createResource<Observation>({ ...observation, subject: { display: 'nobody' } });
    const creating = next<Bundle>(emitter, 'message');
    const created = await medplum.createResource(observation);
    const bundle = await creating;
    const status = bundle.entry?.[0]?.resource as SubscriptionStatus;
    expect(bundle.type).toBe('history');
    expect(status).toMatchObject({
      resourceType: 'SubscriptionStatus',
      type: 'event-notification',
      subscription: { reference: `Subscription/${subscriptionId}` },
      notificationEvent: [{ focus: { reference: `Observation/${created.id}` } }],
    });
    expect(bundle.entry?.[1]?.resource).toEqual(created);

    const updating = next<Bundle>(emitter, 'message');
    await medplum.updateResource({ ...created, valueInteger: 7 });
    expect((await updating).entry?.[1]?.resource).toMatchObject({ valueInteger: 7 });

    const deleting = next<Bundle>(emitter, 'message');
    await medplum.deleteResource('Observation', created.id);
    const deleted = await deleting;
    expect(deleted.entry?.[1]).toMatchObject({ request: { method: 'DELETE' } });
    expect(deleted.entry?.[1]?.resource).toBeUndefined();
  }, 40_000);
});
