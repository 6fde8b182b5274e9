import { randomUUID } from 'node:crypto';
import type {
  Patient,
  Practitioner,
  ProjectMembership,
  RelatedPerson,
  User,
} from '@medplum/fhirtypes';
import { z } from 'zod';
import type { AuthService, IdentityClass, SignInOrigin } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import { checked } from '../http/read-json.ts';
import { PROJECT } from '../sign-in/login-answer.ts';
import type { AdminCaller } from './admin-caller.ts';
import {
  accessField,
  accessPolicyField,
  membershipField,
  newMembership,
  type WantedMembership,
} from './new-membership.ts';

/** Extension of the answer that bears the link; it is stored nowhere. */
export const INVITATION_EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/invitation';

const name = z.string().trim().min(1).max(100);

const body = z.object({
  resourceType: z.enum(['Patient', 'Practitioner', 'RelatedPerson']),
  firstName: name,
  lastName: name,
  password: z.unknown().optional(),
  patient: z.object({ reference: z.string().regex(/^Patient\/[A-Za-z0-9.-]{1,64}$/) }).optional(),
  membership: membershipField.optional(),
  accessPolicy: accessPolicyField,
  access: accessField,
  admin: z.boolean().optional(),
});

/**
 * Makes an identity, its membership, and an account that its owner sets up by a link. The link is a secret that is shown
 * this once, in an extension of the answer: there is no e-mail address it could be sent to, and none is stored. Names are
 * kept of staff alone, a Patient says nothing. All resources are written under the policy of who invites.
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, `ACCESS_*`
 */
export async function invite(
  service: Pick<AuthService, 'invite'>,
  caller: AdminCaller,
  sent: unknown,
  origin: SignInOrigin,
): Promise<ProjectMembership> {
  const wanted = checked(body, sent);
  if (wanted.password !== undefined) {
    throw medplumError('MEDPLUM_PARAMETER_INVALID', {
      name: 'password',
      reason: 'who is invited chooses it; nobody else ever knows it',
    });
  }
  const { repository } = caller;
  const given: WantedMembership = {
    accessPolicy: wanted.membership?.accessPolicy ?? wanted.accessPolicy,
    access: wanted.membership?.access ?? wanted.access,
    admin: wanted.membership?.admin ?? wanted.admin,
    userConfiguration: wanted.membership?.userConfiguration,
  };
  const profile = wanted.membership?.profile?.reference ?? (await newProfile(caller, wanted));
  const user =
    wanted.resourceType === 'Practitioner'
      ? await repository.create<User>({
          resourceType: 'User',
          firstName: wanted.firstName,
          lastName: wanted.lastName,
          project: PROJECT,
        })
      : undefined;
  const membership = await repository.create<ProjectMembership>(
    newMembership(`User/${user?.id ?? randomUUID()}`, profile, given, {
      reference: caller.principal.reference,
    }),
  );
  const identity = { profile, membershipId: membership.id, class: classOf(profile, given) };
  const { url, expiresAt } = await service.invite(
    identity,
    { profile: caller.principal.reference },
    origin,
  );
  return {
    ...membership,
    extension: [
      ...(membership.extension ?? []),
      {
        url: INVITATION_EXTENSION,
        extension: [
          { url: 'link', valueUri: url },
          { url: 'expires', valueDateTime: expiresAt.toISOString() },
        ],
      },
    ],
  };
}

async function newProfile(
  { repository }: AdminCaller,
  wanted: z.output<typeof body>,
): Promise<string> {
  const { resourceType, firstName, lastName, patient } = wanted;
  switch (resourceType) {
    case 'Practitioner': {
      const person = await repository.create<Practitioner>({
        resourceType,
        active: true,
        name: [{ given: [firstName], family: lastName }],
      });
      return `Practitioner/${person.id}`;
    }
    case 'RelatedPerson': {
      if (patient === undefined) {
        throw medplumError('MEDPLUM_PARAMETER_INVALID', {
          name: 'patient',
          reason: 'a RelatedPerson is one of somebody',
        });
      }
      const person = await repository.create<RelatedPerson>({
        resourceType,
        active: true,
        patient,
      });
      return `RelatedPerson/${person.id}`;
    }
    case 'Patient': {
      const person = await repository.create<Patient>({ resourceType, active: true });
      return `Patient/${person.id}`;
    }
  }
}

/** How strictly sessions are kept until the membership is looked at again, which it is at each sign-in. */
function classOf(profile: string, { admin }: WantedMembership): IdentityClass {
  if (admin === true) return 'admin';
  return /^(?:Patient|RelatedPerson)\//.test(profile) ? 'patient' : 'staff';
}
