import { type Grammar, TYPES } from './request.ts';

/** Operations that read, count, check or resolve. */
export const operation: Grammar = (random, pool) => {
  const reference = random.pick(pool.references);
  const patient = random.pick(pool.patients);
  const type = random.pick(TYPES);
  const get = (surface: string, path: string) => ({ surface, method: 'GET', path });
  const post = (surface: string, path: string, body: unknown) => ({
    surface,
    method: 'POST',
    path,
    body,
  });
  const pick = random.below(11);
  switch (pick) {
    case 0:
      return get(
        '$everything',
        `${patient}/$everything${random.pick(['', '?_type=Observation', '?_count=2', '?_since=2026-11-02T08:00:10Z'])}`,
      );
    case 1:
      return get('$lastn', `Observation/$lastn?patient=${patient}&category=vital-signs&max=2`);
    case 2:
      return get(
        '$stats',
        `Observation/$stats?subject=${patient}&code=29463-7&system=http://loinc.org&statistic=average&statistic=count&duration=24`,
      );
    case 3:
      return get('$meta', random.pick([`${reference}/$meta`, `${type}/$meta`, '$meta']));
    case 4:
      return post('$validate', `${type}/$validate`, {
        resourceType: type,
        id: reference.split('/')[1],
        subject: { reference: patient },
        status: 'final',
      });
    case 5:
      return get('$get-resource-counts', '$get-resource-counts');
    case 6:
      return get(
        'audit',
        `AuditEvent?${random.pick([`patient=${patient}`, `entity=${reference}`, 'outcome=8', '_summary=count', `agent=${pool.profile}`])}`,
      );
    case 7:
      return get(
        'terminology',
        random.pick([
          'ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender',
          'CodeSystem/$lookup?system=http://loinc.org&code=29463-7',
        ]),
      );
    case 8:
      return post('$meta-add', `${reference}/$meta-add`, {
        resourceType: 'Parameters',
        parameter: [{ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: 'x' }] } }],
      });
    case 9:
      return get('$validate', `${reference}/$validate`);
    default:
      return get('capabilities', random.pick(['metadata', '.well-known/smart-configuration']));
  }
};
