import type { AuditEventAgent, Coding } from '@medplum/fhirtypes';
import type { AuditSource } from './audit-source.ts';
import type { AuditRow } from './audit-row.ts';
import { codeOfStaff } from './patient-view.ts';
import { ruleUrn, tokenUrn } from './policy-urn.ts';
import { interactionCoding } from './restful-interaction.ts';
import { shownNetwork } from './shown-network.ts';

/** Base of the profiles and code systems of IHE BALP. */
export const BALP = 'https://profiles.ihe.net/ITI/BALP';

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

/** Code system of the names of roles: the ids of AccessPolicies. */
export const ROLE_SYSTEM = 'https://diga-server.dev/fhir/CodeSystem/role';

/**
 * Who took part: the client, the server, and who asked. Exactly one of them is the requestor. The token stands with who
 * asked, because the profile of tokens allows one policy there; the rules stand with the server that applied them.
 * @see https://profiles.ihe.net/ITI/BALP/content.html
 */
export function eventAgents(row: AuditRow, source: AuditSource): AuditEventAgent[] {
  const coding = interactionCoding(row.interaction);
  const network = clientNetwork(row, source);
  const rules = (row.rule ?? '').split('|').filter((rule) => rule !== '');
  const client: AuditEventAgent = {
    type: { coding: [dcm(coding.client)] },
    who: clientName(row),
    requestor: false,
    ...(network === undefined ? {} : { network }),
  };
  const server: AuditEventAgent = {
    type: { coding: [row.interaction === 'delete' ? CUSTODIAN : dcm(coding.server)] },
    who: { reference: source.observer },
    requestor: false,
    ...(rules.length === 0 ? {} : { policy: rules.map(ruleUrn) }),
    network: { address: source.address, type: '5' },
  };
  if (row.agent === undefined) return [{ ...client, requestor: true }, server];
  const reads = coding.action === 'R' || coding.action === 'E';
  const user: AuditEventAgent = {
    type: {
      coding: [
        { system: PARTICIPATION, code: reads ? 'IRCP' : 'AUT' },
        ...(row.tokenId === undefined ? [] : [OAUTH_USER]),
      ],
    },
    who: identity(row.agent),
    requestor: true,
    ...(row.roles === undefined || row.roles === ''
      ? {}
      : {
          role: row.roles
            .split(' ')
            .map((text) => ({ coding: [{ system: ROLE_SYSTEM, code: text }], text })),
        }),
    ...(row.tokenId === undefined ? {} : { policy: [tokenUrn(row.tokenId)] }),
  };
  return [client, server, user];
}

/** Types that R4 lets an agent be. @see https://hl7.org/fhir/R4/auditevent-definitions.html#AuditEvent.agent.who */
const AGENTS: ReadonlySet<string> = new Set([
  'PractitionerRole',
  'Practitioner',
  'Organization',
  'Device',
  'Patient',
  'RelatedPerson',
]);

/** Identities of types that R4 does not know, Bot and ClientApplication, are named by their reference as an identifier. */
const IDENTITY_SYSTEM = 'https://diga-server.dev/fhir/NamingSystem/identity';

/** Members of staff, for who knows them under a code. */
const STAFF_SYSTEM = 'https://diga-server.dev/fhir/NamingSystem/staff-code';

function identity(reference: string): NonNullable<AuditEventAgent['who']> {
  const code = codeOfStaff(reference);
  if (code !== undefined) return { identifier: { system: STAFF_SYSTEM, value: code } };
  if (AGENTS.has(reference.split('/', 1)[0] ?? '')) return { reference };
  return { identifier: { system: IDENTITY_SYSTEM, value: reference } };
}

type Network = NonNullable<AuditEventAgent['network']>;

/** Where the client is: in its network, or, where there is no client of its own, in the server. */
export function clientNetwork(row: AuditRow, source: AuditSource): Network | undefined {
  if (row.network !== undefined) return { address: shownNetwork(row.network), type: '2' };
  return row.clientId === undefined ? { address: source.address, type: '5' } : undefined;
}

function clientName({ clientId, network }: AuditRow): NonNullable<AuditEventAgent['who']> {
  if (clientId !== undefined) return { identifier: { value: clientId } };
  return { display: network === undefined ? 'in the server' : 'unknown client' };
}

const CUSTODIAN: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'custodian',
};

const OAUTH_USER: Coding = { system: `${BALP}/CodeSystem/UserAgentTypes`, code: 'UserOauthAgent' };

/** A code of DICOM. */
export function dcm(code: string): Coding {
  return { system: 'http://dicom.nema.org/resources/ontology/DCM', code };
}
