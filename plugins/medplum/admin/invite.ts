import { randomUUID } from 'node:crypto';
import type {
  Patient,
  Practitioner,
  ProjectMembership,
  RelatedPerson,
  Resource,
  User,
} from '@medplum/fhirtypes';
import { z } from 'zod';
import type {
  AuthService,
  IdentityClass,
  PluginRepository,
  SignInOrigin,
} from '../../../src/plugin/sdk.ts';
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

const PERSON = /^(Patient|Practitioner|PractitionerRole|RelatedPerson)\/([A-Za-z0-9.-]{1,64})$/;

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
 * kept of staff alone, a Patient says nothing. All resources are written under the policy of who invites, together. The
 * invitation comes before them: where they are refused, all that is left is a link that nobody knows, to nobody.
 * @param known memberships of everybody, those too that the caller does not see
 * @throws FhirError `MEDPLUM_PARAMETER_INVALID`, `ACCESS_*`
 */
export async function invite(
  service: Pick<AuthService, 'invite'>,
  known: Pick<PluginRepository, 'search'>,
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
  const person = wanted.membership?.profile === undefined ? newPerson(wanted) : undefined;
  const profile =
    person === undefined
      ? await freeProfile(known, caller, wanted.membership?.profile?.reference ?? '')
      : `${person.resourceType}/${person.id}`;
  const user: User & { id: string } = {
    resourceType: 'User',
    id: randomUUID(),
    firstName: wanted.firstName,
    lastName: wanted.lastName,
    project: PROJECT,
  };
  const inviter = { reference: caller.principal.reference };
  const membership = {
    ...newMembership(`User/${user.id}`, profile, given, inviter),
    id: randomUUID(),
  };
  const identity = { profile, membershipId: membership.id, class: classOf(profile, given) };
  const { url, expiresAt } = await service.invite(identity, { profile: inviter.reference }, origin);
  const written = await repository.createTogether([
    ...(person === undefined ? [] : [person]),
    ...(wanted.resourceType === 'Practitioner' ? [user] : []),
    membership,
  ]);
  const stored = written.at(-1) as ProjectMembership & { id: string };
  return {
    ...stored,
    extension: [
      ...(stored.extension ?? []),
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

/**
 * An identity that is there already. Whoever gets an account for it acts as it, with all of its policies: so it is one that
 * the caller sees, that stands for a person, and that nobody acts as yet.
 */
async function freeProfile(
  known: Pick<PluginRepository, 'search'>,
  { repository }: AdminCaller,
  reference: string,
): Promise<string> {
  const refused = (reason: string) =>
    medplumError('MEDPLUM_PARAMETER_INVALID', { name: 'membership.profile', reason });
  const [, type, id] = PERSON.exec(reference) ?? [];
  if (type === undefined || id === undefined) throw refused('it stands for no person');
  await repository.read(type as Resource['resourceType'], id);
  const query = `profile=${encodeURIComponent(reference)}&_count=1`;
  const [taken] = await known.search<ProjectMembership>('ProjectMembership', query);
  if (taken !== undefined) throw refused('it has a membership already');
  return reference;
}

/** Who is invited, with a new id. @throws FhirError `MEDPLUM_PARAMETER_INVALID` */
function newPerson(
  wanted: z.output<typeof body>,
): (Patient | Practitioner | RelatedPerson) & { id: string } {
  const { resourceType, firstName, lastName, patient } = wanted;
  const id = randomUUID();
  switch (resourceType) {
    case 'Practitioner':
      return { resourceType, id, active: true, name: [{ given: [firstName], family: lastName }] };
    case 'RelatedPerson':
      if (patient === undefined) {
        throw medplumError('MEDPLUM_PARAMETER_INVALID', {
          name: 'patient',
          reason: 'a RelatedPerson is one of somebody',
        });
      }
      return { resourceType, id, active: true, patient };
    case 'Patient':
      return { resourceType, id, active: true };
  }
}

/** How strictly sessions are kept until the membership is looked at again, which it is at each sign-in. */
function classOf(profile: string, { admin }: WantedMembership): IdentityClass {
  if (admin === true) return 'admin';
  return /^(?:Patient|RelatedPerson)\//.test(profile) ? 'patient' : 'staff';
}
