import type { ProjectMembership, Reference } from '@medplum/fhirtypes';
import { z } from 'zod';
import { PROJECT } from '../sign-in/login-answer.ts';

const reference = z.object({
  reference: z
    .string()
    .regex(/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/)
    .max(130),
  display: z.string().max(200).optional(),
});

const policyReference = reference.extend({
  reference: z.string().regex(/^AccessPolicy\/[A-Za-z0-9.-]{1,64}$/),
});

/** Field of a body that names an AccessPolicy. */
export const accessPolicyField = policyReference.optional();

/** Field of a body that gives policies with their parameters. */
export const accessField = z
  .array(
    z.object({
      policy: policyReference,
      parameter: z
        .array(
          z.object({
            name: z.string().min(1).max(64),
            valueString: z.string().max(1000).optional(),
            valueReference: reference.optional(),
          }),
        )
        .max(20)
        .optional(),
    }),
  )
  .max(50)
  .optional();

/** What a body says of the membership that is to be made. */
export const membershipField = z.object({
  profile: reference.optional(),
  accessPolicy: accessPolicyField,
  access: accessField,
  userConfiguration: reference.optional(),
  admin: z.boolean().optional(),
});

/** What is asked for a new membership. */
export type WantedMembership = z.output<typeof membershipField>;

/** A membership as it is stored. Without a policy its bearer sees nothing, which is the inverse of Medplum's rule. */
export function newMembership(
  user: string,
  profile: string,
  wanted: Omit<WantedMembership, 'profile'>,
  invitedBy?: Reference,
): ProjectMembership {
  const { accessPolicy, access, userConfiguration, admin } = wanted;
  const membership = {
    resourceType: 'ProjectMembership',
    active: true,
    project: PROJECT,
    user: { reference: user },
    profile: { reference: profile },
    ...(accessPolicy === undefined ? {} : { accessPolicy }),
    ...(access === undefined ? {} : { access }),
    ...(userConfiguration === undefined ? {} : { userConfiguration }),
    ...(admin === true ? { admin } : {}),
    ...(invitedBy === undefined ? {} : { invitedBy }),
  };
  // What the references lead to is judged when they are written, like all references.
  return membership as ProjectMembership;
}
