import { hash } from 'node:crypto';
import type { Coding, Observation, Quantity } from '@medplum/fhirtypes';
import type { IndexRows } from '../../src/storage/index-rows.ts';
import type { RangeRow } from '../../src/storage/quantity-rows.ts';

const PARAMETERS = [
  'category',
  'code',
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
    const labels: string[] = [];
    const parts: string[] = [];
    /** An element of composite parameters: the hashes of the code, the number as written and in base units. */
    const element = (name: string, code: Coding = {}, { value = 0, unit = '' }: Quantity): void => {
      labels.push(`,component-code,=${(code.display ?? '').toLowerCase()}`);
      const hashes = [code.code, `${code.system ?? ''}|${code.code ?? ''}`, code.system].map(
        (text) => key(`${name}#${text ?? ''}`),
      );
      const number = `{"1":[[${value - 0.05},${value + 0.05},[${key(unit)}]]]}`;
      parts.push(`{"p":${parameter(name)},"t":[${hashes.join(',')}],"v":${number},"c":${number}}`);
    };
    const quantity = (
      name: string,
      { valueQuantity }: Pick<Observation, 'valueQuantity'>,
    ): void => {
      const { value = 0, unit = '', system = '' } = valueQuantity ?? {};
      for (const text of [unit, `${system}|${unit}`]) {
        ranges.push({
          param: parameter(name),
          low: value - 0.05,
          high: value + 0.05,
          unit: key(text),
        });
      }
    };
    const [code] = observation.code.coding ?? [];
    const [category] = observation.category?.[0]?.coding ?? [];
    const [identifier] = observation.identifier ?? [];
    coded('code', code?.system, code?.code);
    coded('category', category?.system, category?.code);
    coded('status', 'http://hl7.org/fhir/observation-status', observation.status);
    coded('identifier', identifier?.system, identifier?.value);
    reference('encounter', observation.encounter?.reference);
    reference('performer', observation.performer?.[0]?.reference);
    reference('device', observation.device?.reference);
    tokens.add(key(`_profile#${observation.meta?.profile?.[0] ?? ''}`));
    labels.push(`,_profile,=${observation.meta?.profile?.[0] ?? ''}`);
    for (const [name, { display = '' } = {}] of Object.entries({ code, category }))
      labels.push(`,${name},=${display.toLowerCase()}`);
    if (observation.valueQuantity !== undefined) quantity('value-quantity', observation);
    for (const part of observation.component ?? []) {
      const [own] = part.code.coding ?? [];
      coded('component-code', own?.system, own?.code);
      quantity('component-value-quantity', part);
      element('component-code-value-quantity', own, part.valueQuantity ?? {});
    }
    const at = Date.parse(observation.effectiveDateTime ?? '');
    const patient = key(`p#${observation.subject?.reference ?? ''}`);
    return {
      tokens: `{${[...tokens].join(',')}}`,
      params: `{${PARAMETERS.map(parameter).join(',')}}`,
      patient,
      code: key(`code#${code?.code ?? ''}`),
      dateLow: at,
      dateHigh: at + 999,
      ranges,
      strings: [],
      labels: labels.join('\n'),
      parts: parts.length === 0 ? null : `[${parts.join(',')}]`,
      text: null,
    };
  };
}
