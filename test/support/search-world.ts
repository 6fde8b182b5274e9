import fc, { type Arbitrary } from 'fast-check';

/**
 * Random worlds of a few linked resource types and random searches of them, over values so few that they meet often. A
 * parameter that comes to the server later needs a line in {@link LEAVES}, an element in {@link RESOURCES}.
 */
export type WorldResource = Readonly<Record<string, unknown>> & {
  readonly resourceType: string;
  readonly id: string;
};

/** Types of the world, those that are referred to first. */
export const WORLD_TYPES = [
  'Organization',
  'Practitioner',
  'Patient',
  'Encounter',
  'Observation',
  'List',
] as const;

/** Type of a resource of the world. */
export type WorldType = (typeof WORLD_TYPES)[number];

const IDS = ['a', 'b', 'c'] as const;
const BASE = 'http://test.example/fhir/';

/** Base URL under which references of the world are references to itself. */
export const WORLD_BASE = BASE;

const id = fc.constantFrom(...IDS);

const referenceTo = (...types: readonly string[]): Arbitrary<{ reference: string }> =>
  fc
    .tuple(
      fc.constantFrom(...types),
      id,
      fc.constantFrom('', '', '', '', BASE, 'http://elsewhere.example/'),
      fc.constantFrom('', '', '', '/_history/1'),
    )
    .map(([type, target, base, version]) => ({ reference: `${base}${type}/${target}${version}` }));

const concept = fc
  .array(
    fc.record(
      { system: fc.constantFrom('urn:s', 'urn:t'), code: fc.constantFrom('x', 'y') },
      { requiredKeys: ['code'] },
    ),
    { maxLength: 2 },
  )
  .map((coding) => ({ coding }));
const dateTime = fc.constantFrom(
  '2024',
  '2024-02',
  '2024-02-29',
  '2024-02-29T12:00:00Z',
  '2024-02-29T23:30:00-05:00',
  '2024-03-01T04:30:00.000Z',
);
const period = fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] });
const text = fc.constantFrom('Müller', 'muller', 'Mü', 'a%b', 'A_b', 'x  Y');
const identifier = fc.array(
  fc.record(
    { system: fc.constantFrom('urn:i', 'urn:j'), value: fc.constantFrom('1', '2') },
    { requiredKeys: ['value'] },
  ),
  { maxLength: 2 },
);
const quantity = fc.record(
  { value: fc.constantFrom(1, 1.5, 2, -1), unit: fc.constant('mg'), code: fc.constant('mg') },
  { requiredKeys: ['value'] },
);

type Elements = Readonly<Record<string, Arbitrary<unknown>>>;

/** Elements of each type; all of them may be missing. */
const RESOURCES: Readonly<Record<WorldType, Elements>> = {
  Organization: { name: text, active: fc.boolean(), partOf: referenceTo('Organization') },
  Practitioner: { name: fc.array(fc.record({ family: text }), { maxLength: 2 }), identifier },
  Patient: {
    name: fc.array(fc.record({ family: text }), { maxLength: 2 }),
    identifier,
    gender: fc.constantFrom('male', 'female'),
    birthDate: fc.constantFrom('2024', '2024-02', '2024-02-29'),
    managingOrganization: referenceTo('Organization'),
    generalPractitioner: fc.array(referenceTo('Practitioner', 'Organization'), { maxLength: 2 }),
    link: fc.array(fc.record({ other: referenceTo('Patient'), type: fc.constant('seealso') }), {
      maxLength: 1,
    }),
  },
  Encounter: {
    status: fc.constantFrom('planned', 'finished'),
    subject: referenceTo('Patient', 'Patient', 'Group'),
    period,
    participant: fc.array(fc.record({ individual: referenceTo('Practitioner') }), { maxLength: 2 }),
    serviceProvider: referenceTo('Organization'),
    partOf: referenceTo('Encounter'),
  },
  Observation: {
    status: fc.constantFrom('final', 'amended'),
    code: concept,
    subject: referenceTo('Patient', 'Patient', 'Group', 'Device'),
    encounter: referenceTo('Encounter'),
    performer: fc.array(referenceTo('Practitioner', 'Organization', 'Patient'), { maxLength: 2 }),
    effectiveDateTime: dateTime,
    effectivePeriod: period,
    valueQuantity: quantity,
    valueString: text,
    hasMember: fc.array(referenceTo('Observation'), { maxLength: 2 }),
  },
  List: {
    status: fc.constantFrom('current', 'retired'),
    subject: referenceTo('Patient'),
    entry: fc.array(fc.record({ item: referenceTo(...WORLD_TYPES) }), { maxLength: 3 }),
  },
};

/** Mandatory elements are there always. */
const REQUIRED: Readonly<Partial<Record<WorldType, readonly string[]>>> = {
  Encounter: ['status'],
  Observation: ['status', 'code'],
  List: ['status'],
};

/** A world: of each type some of the ids, so that some references lead nowhere. */
export const world: Arbitrary<readonly WorldResource[]> = fc
  .tuple(
    ...WORLD_TYPES.map((type) =>
      fc
        .subarray([...IDS], { minLength: 2 })
        .chain((ids) => fc.tuple(...ids.map((one) => resource(type, one)))),
    ),
  )
  .map((lists) => lists.flat());

function resource(type: WorldType, one: string): Arbitrary<WorldResource> {
  return fc
    .record(RESOURCES[type], { requiredKeys: [...(REQUIRED[type] ?? [])] as never[] })
    .map((elements) => ({ resourceType: type, id: one, ...elements }));
}

const DATES = [
  '2024',
  '2024-02-29',
  'ge2024-02-29',
  'lt2024-02-29',
  'ne2024-02',
  'sa2024-02-28',
  'eb2024-03',
  'ap2024-02-29',
  'gt2024-02-29T12:00:00Z',
  'le2024-02-29T12:00Z',
];

const COMMON: readonly string[] = ['_id=a', '_id=b,c', '_lastUpdated=ge2024'];

/** Conditions on each type itself, `name=value`. */
const LEAVES: Readonly<Record<WorldType, readonly string[]>> = {
  Organization: [
    'name=mu',
    'name:exact=Müller',
    'active=true',
    'active:not=true',
    'name:missing=true',
    'partof:missing=false',
  ],
  Practitioner: [
    'family=m',
    'name:contains=b',
    'identifier=urn:i|1',
    'identifier=|2',
    'identifier:missing=true',
  ],
  Patient: [
    'gender=male',
    'gender:not=male',
    'gender:missing=true',
    'family=mull',
    'name:exact=muller',
    'identifier=1',
    'identifier=urn:j|',
    'organization=Organization/a',
    'organization:missing=true',
    'general-practitioner=Practitioner/b',
    'link=Patient/a',
    '_compartment=Patient/a',
    ...DATES.slice(0, 6).map((value) => `birthdate=${value}`),
  ],
  Encounter: [
    'status=planned',
    'status:not=planned',
    'patient=a',
    'subject=Patient/b',
    'subject=Group/a',
    'subject:missing=true',
    'participant=Practitioner/a',
    'part-of=Encounter/a',
    '_compartment=Patient/b',
    ...DATES.map((value) => `date=${value}`),
  ],
  Observation: [
    'status=final',
    'code=x',
    'code=urn:s|x',
    'code=x,y',
    'code:not=x',
    'code:missing=true',
    'subject=Patient/a',
    'subject=a',
    'patient=Patient/b',
    'patient:missing=true',
    'subject:missing=false',
    'performer=Patient/a',
    'performer:missing=true',
    'encounter=Encounter/a',
    'has-member=Observation/b',
    'value-quantity=gt1',
    'value-quantity=1.5',
    'value-string=mull',
    '_compartment=Patient/a',
    ...DATES.map((value) => `date=${value}`),
  ],
  List: [
    'status=current',
    'item=Patient/a',
    'item=Observation/b',
    'subject=Patient/a',
    'patient:missing=true',
  ],
};

/** References: where they stand, and the types they may lead to. */
export const WORLD_LINKS: readonly (readonly [WorldType, string, ...WorldType[]])[] = [
  ['Organization', 'partof', 'Organization'],
  ['Patient', 'organization', 'Organization'],
  ['Patient', 'general-practitioner', 'Practitioner', 'Organization'],
  ['Patient', 'link', 'Patient'],
  ['Encounter', 'subject', 'Patient'],
  ['Encounter', 'patient', 'Patient'],
  ['Encounter', 'participant', 'Practitioner'],
  ['Encounter', 'service-provider', 'Organization'],
  ['Encounter', 'part-of', 'Encounter'],
  ['Observation', 'subject', 'Patient'],
  ['Observation', 'patient', 'Patient'],
  ['Observation', 'encounter', 'Encounter'],
  ['Observation', 'performer', 'Practitioner', 'Organization', 'Patient'],
  ['Observation', 'has-member', 'Observation'],
  ['List', 'subject', 'Patient'],
  ['List', 'item', ...WORLD_TYPES],
];

/** One condition on a type itself. */
export function worldLeaf(type: WorldType): Arbitrary<string> {
  return fc.constantFrom(...LEAVES[type], ...COMMON);
}

/** One condition on a type or on what is linked with it, over up to `depth` links. */
export function worldCondition(type: WorldType, depth = 3): Arbitrary<string> {
  const leaf = worldLeaf(type);
  if (depth === 0) return leaf;
  const chains = WORLD_LINKS.filter(([source]) => source === type).flatMap(
    ([, param, ...targets]) =>
      targets.map((target) => ({ prefix: `${param}:${target}.`, type: target })),
  );
  const reverse = WORLD_LINKS.filter(([, , ...targets]) => targets.includes(type)).map(
    ([source, param]) => ({ prefix: `_has:${source}:${param}:`, type: source }),
  );
  const linked = fc
    .constantFrom(...chains, ...reverse)
    .chain((link) => worldCondition(link.type, depth - 1).map((rest) => link.prefix + rest));
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 5, arbitrary: linked },
    { weight: 1, arbitrary: fc.constantFrom('_list=a', '_list=b,c') },
  );
}

const UNTYPED: Readonly<Partial<Record<WorldType, readonly string[]>>> = {
  Observation: [
    'patient.name',
    'encounter.patient.gender',
    'subject.organization',
    'performer.name',
  ],
  Encounter: ['patient.organization.name', 'subject.gender', 'participant.name'],
  Patient: ['organization.name', 'general-practitioner.name'],
};

const COMPARISONS: Readonly<Record<WorldType, readonly string[]>> = {
  Organization: ['name co "ull"', 'name eq "muller"', 'partof.name sw m'],
  Practitioner: ['family ew "ER"', 'identifier eq urn:i|1', 'name pr false'],
  Patient: [
    'gender eq male',
    'gender ne male',
    'family sw "mül"',
    'birthdate ge 2024-02',
    'organization.name eq "Mü"',
    'organization pr true',
    'general-practitioner[_id eq a].name pr true',
  ],
  Encounter: [
    'status eq planned',
    'patient.gender eq male',
    'date po 2024-02',
    'date lt 2024-02-29',
  ],
  Observation: [
    'code eq urn:s|x',
    'code ne x',
    'value-quantity gt 1',
    'patient[gender eq male].family co "m"',
    'date ne 2024-02',
    'encounter.status eq finished',
  ],
  List: ['status eq current', 'subject.gender eq female'],
};

/** A `_filter` of a few comparisons. */
function worldFilter(type: WorldType): Arbitrary<string> {
  const comparison = fc.constantFrom(...COMPARISONS[type]);
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2 },
      comparison,
      fc
        .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      tie('tree').map((operand) => `not (${operand})`),
    ),
  }));
  return tree.map((text) => `_filter=${encodeURIComponent(text)}`);
}

/** Conditions of one search, sometimes with a chain that names no type. */
export function worldSearch(type: WorldType): Arbitrary<readonly string[]> {
  const untyped = UNTYPED[type];
  const extra =
    untyped === undefined
      ? fc.constant<readonly string[]>([])
      : fc
          .subarray([...untyped], { maxLength: 1 })
          .chain((names) =>
            fc
              .constantFrom('mu', 'male', 'Organization/a')
              .map((value) => names.map((name) => `${name}=${value}`)),
          );
  return fc
    .tuple(
      fc.array(worldCondition(type), { maxLength: 2 }),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant<readonly string[]>([]) },
        { weight: 1, arbitrary: worldFilter(type).map((filter) => [filter]) },
      ),
      extra,
    )
    .map((lists) => lists.flat());
}

/** What a policy shows of each type: nothing, all, or what satisfies some conditions. */
export const worldPolicy: Arbitrary<Readonly<Record<WorldType, readonly string[] | 'nothing'>>> =
  fc.record(
    Object.fromEntries(
      WORLD_TYPES.map((type) => [
        type,
        fc.oneof(
          { weight: 8, arbitrary: fc.constant<readonly string[]>([]) },
          { weight: 1, arbitrary: fc.constant('nothing' as const) },
          { weight: 2, arbitrary: fc.array(worldLeaf(type), { minLength: 1, maxLength: 2 }) },
        ),
      ]),
    ),
  ) as never;

/** `_include` and `_revinclude` of a search of a type. */
export function worldIncludes(type: WorldType): Arbitrary<readonly string[]> {
  const forward = WORLD_LINKS.flatMap(([source, param, ...targets]) => [
    ...(source === type ? [`_include=${source}:${param}`, `_include=${source}:*`] : []),
    ...(source === type ? targets.map((target) => `_include=${source}:${param}:${target}`) : []),
    `_include:iterate=${source}:${param}`,
    `_revinclude=${source}:${param}`,
    `_revinclude:iterate=${source}:${param}`,
    `_revinclude:iterate=${source}:*`,
  ]);
  return fc.oneof(
    fc.constant<readonly string[]>([]),
    fc.subarray([...forward, '_include=*'], { minLength: 1, maxLength: 4 }),
  );
}
