import { randomUUID } from 'node:crypto';
import type {
  ValueSet,
  ValueSetExpansionContains,
  ValueSetExpansionParameter,
} from '@medplum/fhirtypes';
import { normalizeString } from '../../search/index-values.ts';
import { recorded, terminologyOf } from '../../terminology/answer.ts';
import type { CompiledSet, Member } from '../../terminology/compiled-set.ts';
import { displayIn } from '../../terminology/designation.ts';
import { type OperationInput, readInput } from '../../terminology/parameters.ts';
import { resourceOfCall, withVersion } from '../../terminology/set-of-call.ts';
import { fhirError } from '../../outcome/codes.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

const INPUT = {
  url: 'string',
  valueSet: 'resource',
  valueSetVersion: 'string',
  filter: 'string',
  offset: 'integer',
  count: 'integer',
  date: 'string',
  includeDesignations: 'boolean',
  includeDefinition: 'boolean',
  activeOnly: 'boolean',
  excludeNested: 'boolean',
  excludeNotForUI: 'boolean',
  excludePostCoordinated: 'boolean',
  displayLanguage: 'string',
} as const;

/** `ValueSet/$expand`: the codes of a value set. @see https://hl7.org/fhir/R4/valueset-operation-expand.html */
export const expand: CoreOperation = {
  name: 'expand',
  types: ['ValueSet'],
  instances: ['ValueSet'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand',
  documentation: 'The codes of a value set, as far as its code systems are loaded.',
  async handle(call, target) {
    const input = readInput(call.request, 'expand', INPUT, 'valueSet');
    const url = input.string('url');
    return recorded(call, 'expand', target, url, async () => {
      const terminology = terminologyOf(call);
      let valueSet = await resourceOfCall<ValueSet>(
        call,
        'ValueSet',
        target.id,
        input,
        'valueSet',
        'expand',
      );
      let set: CompiledSet | undefined;
      if (valueSet !== undefined) set = await terminology.compile(valueSet);
      else {
        if (url === undefined) {
          throw fhirError('OPERATION_INVALID_PARAMETERS', {
            operation: 'expand',
            reason: '"url" or "valueSet" is required',
          });
        }
        const canonical = withVersion(url, input.string('valueSetVersion'));
        set = await terminology.valueSet(canonical);
        valueSet = (await terminology.source.find('ValueSet', canonical))?.resource;
        if (set === undefined) {
          throw fhirError('TERMINOLOGY_SET_UNKNOWN', { valueSet: canonical.slice(0, 200) });
        }
      }
      const described = valueSet ?? { resourceType: 'ValueSet', status: 'active', url: url ?? '' };
      const expanded = expansion(described, set, input, call.services.store.clock.now());
      return json(200, JSON.stringify(expanded));
    });
  },
};

function expansion(
  { expansion: _stored, text: _narrative, compose, ...described }: ValueSet,
  set: CompiledSet,
  input: OperationInput,
  now: number,
): ValueSet {
  const offset = input.integer('offset') ?? 0;
  const count = input.integer('count');
  const wanted = selected([...set.members().values()], input);
  const page = wanted.slice(offset, count === undefined ? undefined : offset + count);
  const contains = page.map((member) => entry(member, input));
  return {
    ...described,
    ...(input.boolean('includeDefinition') === true && compose !== undefined ? { compose } : {}),
    expansion: {
      identifier: `urn:uuid:${randomUUID()}`,
      timestamp: new Date(now).toISOString(),
      total: wanted.length,
      offset,
      ...parameters(input),
      ...(contains.length === 0 ? {} : { contains }),
    },
  };
}

function selected(members: readonly Member[], input: OperationInput): readonly Member[] {
  const words = normalizeString(input.string('filter') ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const language = input.string('displayLanguage');
  const activeOnly = input.boolean('activeOnly') === true;
  const selectable = input.boolean('excludeNotForUI') === true;
  return members.filter((member) => {
    if ((activeOnly && member.inactive) || (selectable && member.abstract)) return false;
    if (words.length === 0) return true;
    const display = displayIn(language, member.display, member.designation) ?? '';
    const text = normalizeString(`${member.code} ${display}`);
    return words.every((word) => text.includes(word));
  });
}

function entry(member: Member, input: OperationInput): ValueSetExpansionContains {
  const display = displayIn(input.string('displayLanguage'), member.display, member.designation);
  const { system, version, code, designation = [], abstract, inactive } = member;
  return {
    ...(system === undefined ? {} : { system }),
    ...(abstract ? { abstract } : {}),
    ...(inactive ? { inactive } : {}),
    ...(version === undefined ? {} : { version }),
    code,
    ...(display === undefined ? {} : { display }),
    ...(input.boolean('includeDesignations') === true && designation.length > 0
      ? { designation: [...designation] }
      : {}),
  };
}

/** The parameters that made the expansion what it is. */
function parameters(input: OperationInput): { readonly parameter?: ValueSetExpansionParameter[] } {
  const parameter: ValueSetExpansionParameter[] = [];
  for (const [name, kind] of Object.entries(INPUT)) {
    if (kind === 'resource' || name === 'url') continue;
    if (kind === 'boolean') {
      const valueBoolean = input.boolean(name);
      if (valueBoolean !== undefined) parameter.push({ name, valueBoolean });
    } else if (kind === 'integer') {
      const valueInteger = input.integer(name);
      if (valueInteger !== undefined) parameter.push({ name, valueInteger });
    } else {
      const valueString = input.string(name);
      if (valueString !== undefined) parameter.push({ name, valueString });
    }
  }
  return parameter.length === 0 ? {} : { parameter };
}
