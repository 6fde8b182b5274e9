import { hash } from 'node:crypto';
import type { Observation } from '@medplum/fhirtypes';
import type { IndexRows, RangeRow } from '../../src/storage/index-rows.ts';

const PARAMETERS = [
  'category',
  'code',
  'combo-code',
  'device',
  'encounter',
  'identifier',
  'patient',
  'performer',
  'status',
  'subject',
] as const;

/** Makes the index rows of an Observation by hand: as many as the server stores, without looking at any definition. */
export function createRawIndex(): (observation: Observation) => IndexRows {
  const known = new Map<string, bigint>();
  const key = (text: string): bigint => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = hash('sha256', text, 'buffer').readBigInt64BE(0);
    if (known.size > 20_000) known.clear();
    known.set(text, value);
    return value;
  };
  const parameter = (name: string): number => Number(BigInt.asIntN(32, key(name)));

  return (observation) => {
    const tokens = new Set<bigint>();
    const coded = (name: string, system = '', code = ''): void => {
      tokens
        .add(key(`${name}#${code}`))
        .add(key(`${name}#${system}|${code}`))
        .add(key(`${name}#${system}|`));
    };
    const reference = (name: string, target = ''): void => {
      tokens
        .add(key(`${name}#${target}`))
        .add(key(`${name}#${target.slice(target.indexOf('/') + 1)}`));
    };
    const ranges: RangeRow[] = [];
    const quantity = (
      names: readonly string[],
      { valueQuantity }: Pick<Observation, 'valueQuantity'>,
    ): void => {
      const { value = 0, unit = '', system = '' } = valueQuantity ?? {};
      for (const name of names) {
        for (const text of [unit, `${system}|${unit}`]) {
          ranges.push({
            param: parameter(name),
            low: value - 0.05,
            high: value + 0.05,
            unit: key(text),
          });
        }
      }
    };
    const [code] = observation.code.coding ?? [];
    const [category] = observation.category?.[0]?.coding ?? [];
    const [identifier] = observation.identifier ?? [];
    coded('code', code?.system, code?.code);
    coded('combo-code', code?.system, code?.code);
    coded('category', category?.system, category?.code);
    coded('status', 'http://hl7.org/fhir/observation-status', observation.status);
    coded('identifier', identifier?.system, identifier?.value);
    reference('subject', observation.subject?.reference);
    reference('patient', observation.subject?.reference);
    reference('encounter', observation.encounter?.reference);
    reference('performer', observation.performer?.[0]?.reference);
    reference('device', observation.device?.reference);
    if (observation.valueQuantity !== undefined)
      quantity(['value-quantity', 'combo-value-quantity'], observation);
    for (const part of observation.component ?? []) {
      const [own] = part.code.coding ?? [];
      coded('combo-code', own?.system, own?.code);
      coded('component-code', own?.system, own?.code);
      quantity(['component-value-quantity', 'combo-value-quantity'], part);
    }
    const at = Date.parse(observation.effectiveDateTime ?? '');
    const patient = key(`p#${observation.subject?.reference ?? ''}`);
    tokens.add(patient);
    return {
      tokens: `{${[...tokens].join(',')}}`,
      params: `{${PARAMETERS.map(parameter).join(',')}}`,
      patient,
      code: key(`code#${code?.code ?? ''}`),
      dateLow: at,
      dateHigh: at + 999,
      ranges,
      strings: [],
    };
  };
}
