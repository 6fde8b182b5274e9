import type { WorldResource } from './world.ts';

const ref = (reference: string) => ({ reference });

function consent(id: string, patient: string, scope: string, actor?: string): WorldResource {
  return {
    resourceType: 'Consent',
    id,
    status: 'active',
    scope: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: scope }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: ref(`Patient/${patient}`),
    policyRule: { text: 'as agreed' },
    provision: {
      type: 'permit',
      period: { start: '2026-01-01' },
      ...(actor === undefined
        ? {}
        : { actor: [{ role: { text: 'recipient' }, reference: ref(actor) }] }),
    },
  };
}

/** What opens patients to the principals with relations: a care team, a proxy, a partner's and a study's consents. */
export function relations(visible: readonly string[]): readonly WorldResource[] {
  const [first = '', second = ''] = visible;
  return [
    { resourceType: 'Organization', id: 'n-clinic', active: true },
    {
      resourceType: 'CareTeam',
      id: 'n-team',
      status: 'active',
      subject: ref(`Patient/${second}`),
      participant: [{ member: ref('Practitioner/n-clinician') }],
    },
    {
      resourceType: 'RelatedPerson',
      id: 'n-related',
      active: true,
      patient: ref(`Patient/${first}`),
    },
    consent('n-proxy', first, 'patient-privacy', 'RelatedPerson/n-related'),
    consent('n-share', second, 'patient-privacy', 'Organization/n-clinic'),
    consent('n-study-1', first, 'research'),
    consent('n-study-2', second, 'research'),
    {
      resourceType: 'Group',
      id: 'n-study',
      type: 'person',
      actual: true,
      member: [first, second].map((id) => ({ entity: ref(`Patient/${id}`) })),
    },
  ];
}
