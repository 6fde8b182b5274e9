import type { PublishedSearchParameter } from './published.ts';

const BASE = 'https://diga-server.dev/fhir/SearchParameter/';
const PUBLISHED = 'http://hl7.org/fhir/SearchParameter/';
const ACTORS = ['Practitioner', 'PractitionerRole', 'Organization', 'Patient', 'RelatedPerson'];

/**
 * Search parameters that R4 lacks and that access policies need: until when somebody belongs to a care team, an encounter or
 * a group, whom a consent permits, and while somebody is a related person. They are searched like any other.
 */
export const OWN_SEARCH_PARAMETERS: readonly PublishedSearchParameter[] = [
  always('CareTeam', 'CareTeam.participant.where(period.empty()).member', [...ACTORS, 'CareTeam']),
  during('CareTeam', 'CareTeam.participant', 'member', 'CareTeam-participant'),
  always('Encounter', 'Encounter.participant.where(period.empty()).individual', [
    'Practitioner',
    'PractitionerRole',
    'RelatedPerson',
  ]),
  during('Encounter', 'Encounter.participant', 'individual', 'Encounter-participant'),
  {
    ...parameter('Consent', 'grantee', 'reference'),
    expression: "Consent.provision.where(type = 'permit').actor.reference",
    target: [...ACTORS, 'CareTeam', 'Device', 'Group'],
  },
  { ...parameter('Consent', 'provision-type', 'token'), expression: 'Consent.provision.type' },
  {
    ...parameter('Group', 'current-member', 'reference'),
    // A member whose period has an end is, from then on, none; R4 cannot say it of one moment and one member at once.
    expression:
      'Group.member.where((inactive.empty() or inactive = false) and period.end.empty()).entity',
    target: ['Practitioner', 'Group', 'Device', 'Medication', 'Patient', 'Substance'],
  },
  { ...parameter('RelatedPerson', 'period', 'date'), expression: 'RelatedPerson.period' },
];

/** Participants without a period of their own: they belong to it as long as it lasts. */
function always(
  type: string,
  expression: string,
  target: readonly string[],
): PublishedSearchParameter {
  return { ...parameter(type, 'participant-always', 'reference'), expression, target };
}

/** Participants with a period: who, and when. */
function during(
  type: string,
  expression: string,
  member: string,
  reference: string,
): PublishedSearchParameter {
  return {
    ...parameter(type, 'participant-period', 'composite'),
    expression,
    component: [
      { definition: `${PUBLISHED}${reference}`, expression: member },
      { definition: `${PUBLISHED}clinical-date`, expression: 'period' },
    ],
  };
}

function parameter(
  type: string,
  code: string,
  kind: string,
): Pick<PublishedSearchParameter, 'resourceType' | 'url' | 'code' | 'base' | 'type'> {
  const url = `${BASE}${type}-${code}`;
  return { resourceType: 'SearchParameter', url, code, base: [type], type: kind };
}
