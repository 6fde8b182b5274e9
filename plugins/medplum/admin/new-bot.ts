import { randomUUID } from 'node:crypto';
import type { Bot } from '@medplum/fhirtypes';
import { z } from 'zod';
import { checked } from '../http/read-json.ts';
import type { AdminCaller } from './admin-caller.ts';
import { accessPolicyField, newMembership } from './new-membership.ts';

const body = z.object({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(1000).optional(),
  accessPolicy: accessPolicyField,
});

/** Makes a Bot with its membership; without a policy it sees nothing. @throws FhirError `ACCESS_*` */
export async function newBot(caller: AdminCaller, sent: unknown): Promise<Bot> {
  const { name, description, accessPolicy } = checked(body, sent);
  const { repository } = caller;
  const id = randomUUID();
  const reference = `Bot/${id}`;
  const bot: Bot & { id: string } = {
    resourceType: 'Bot',
    id,
    name,
    runtimeVersion: 'vmcontext',
    ...(description === undefined ? {} : { description }),
  };
  const membership = {
    ...newMembership(reference, reference, { accessPolicy }),
    id: randomUUID(),
  };
  const [stored] = await repository.createTogether([bot, membership]);
  return stored as Bot;
}
