import type { Random } from '../../bench/random.ts';
import { type Grammar, type PairRequest, type Pool } from './request.ts';
import { query } from './searches.ts';

/** An Observation that the principal records about somebody. */
export function observation(random: Random, pool: Pool): Readonly<Record<string, unknown>> {
  const patient = random.pick(pool.patients);
  return {
    resourceType: 'Observation',
    status: random.pick(['final', 'amended']),
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: {
      reference: random.pick([patient, patient, 'Patient?identifier=Kh10', 'Patient?name=Canaryb']),
    },
    performer: [{ reference: random.pick([pool.profile, patient]) }],
    ...(random.next() < 0.3 ? { derivedFrom: [{ reference: random.pick(pool.references) }] } : {}),
    ...(random.next() < 0.3 ? { valueString: 'w' } : {}),
  };
}

/** A change of the principal that could show what is there: conditions, ids, references, versions, patches. */
export function write(random: Random, pool: Pool): Omit<PairRequest, 'surface'> {
  const reference = random.pick(pool.references);
  const [type = '', id = ''] = reference.split('/');
  const condition = query(random, 'Observation', pool).replace(
    /&?_(?:sort|include|revinclude|count|total|summary|elements|offset|format)[^&]*/g,
    '',
  );
  const body = observation(random, pool);
  switch (random.below(10)) {
    case 0:
      return { method: 'POST', path: 'Observation', body };
    case 1:
      return { method: 'POST', path: 'Observation', body, headers: { 'If-None-Exist': condition } };
    case 2:
      return { method: 'PUT', path: `Observation?${condition}`, body };
    case 3:
      return { method: 'PUT', path: `Observation/${id}`, body: { ...body, id } };
    case 4:
      return {
        method: 'PUT',
        path: `Observation/${id}`,
        body: { ...body, id },
        headers: { 'If-Match': `W/"${String(1 + random.below(4))}"` },
      };
    case 5:
      return {
        method: 'PATCH',
        path: random.pick([reference, `Observation?${condition}`]),
        headers: { 'content-type': 'application/json-patch+json' },
        body: [
          random.pick([
            { op: 'test', path: '/birthDate', value: '1961-03-12' },
            { op: 'test', path: '/valueQuantity/value', value: 34 },
            { op: 'test', path: '/name/0/family', value: 'Canaryb' },
            { op: 'test', path: '/status', value: 'final' },
            { op: 'remove', path: '/note' },
          ]),
          random.pick([
            { op: 'add', path: '/language', value: 'de' },
            { op: 'copy', from: '/gender', path: '/language' },
            { op: 'replace', path: '/status', value: 'amended' },
          ]),
        ],
      };
    case 6:
      return {
        method: 'PATCH',
        path: reference,
        body: {
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'operation',
              part: [
                { name: 'type', valueCode: 'replace' },
                {
                  name: 'path',
                  valueString: `${type}.where(${random.pick(["birthDate = '1961-03-12'", 'value.exists()', "status = 'final'"])}).status`,
                },
                { name: 'value', valueCode: 'amended' },
              ],
            },
          ],
        },
      };
    case 7:
      return {
        method: 'DELETE',
        path: random.pick([`Observation/${id}`, `Observation?${condition}`]),
      };
    case 8:
      return {
        method: 'PUT',
        path: `Observation/${id}`,
        headers: { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' },
        body: `<Observation xmlns="http://hl7.org/fhir"><id value="${id}"/><status value="final"/><code><text value="x"/></code><subject><reference value="${random.pick(pool.patients)}"/></subject><performer><reference value="${pool.profile}"/></performer></Observation>`,
      };
    default:
      return {
        method: 'POST',
        path: 'Subscription',
        body: {
          resourceType: 'Subscription',
          status: 'requested',
          reason: 'test',
          criteria: `Observation?${condition}`,
          channel: { type: 'websocket' },
        },
      };
  }
}

/** Writes one by one. */
export const change: Grammar = (random, pool) => ({ surface: 'write', ...write(random, pool) });
