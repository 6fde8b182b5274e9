/** The SQL of the deterministic data set: every value is a hash of the row number and the seed, so any slice can be made again. */
export interface DatasetSize {
  readonly observations: number;
  readonly patients: number;
  readonly seed: number;
}

/** Milliseconds since 1970 of 2024-01-01, the first day of the data. */
export const FIRST_DAY = 1_704_067_200_000;
/** Two years in milliseconds. */
export const SPAN = 63_072_000_000;
/** Patients with a continuous glucose sensor, who together have a tenth of all rows. */
export const HEAVY_PATIENTS = 10;

const LOINC = 'http://loinc.org';
/** Vital signs by falling frequency (Zipf, exponent 1); the last one was used in the first half year only. */
export const CODES = [
  '8867-4',
  '29463-7',
  '8310-5',
  '85354-9',
  '59408-5',
  '9279-1',
  '8302-2',
  '39156-5',
  '15074-8',
  '72514-3',
  '41950-7',
  '93832-4',
  '4548-4',
] as const;

/** The text hashed into the token of any system, of system and code, and of the system alone. */
export const tokenTexts = {
  code: (code: string): string => `Observation#code#${LOINC}|${code}`,
  status: (status: string): string => `Observation#status#${status}`,
  identifier: (n: number): string => `Observation#identifier#urn:device|m-${n}`,
  patient: (n: number): string => `Observation#patient#Patient/p${n}`,
  compartment: (n: number): string => `Observation#@Patient/p${n}`,
};

/** Functions used by the generator, and by the queries for the tokens they look for. */
export const FUNCTIONS = `
create function h(t text) returns bigint language sql immutable parallel safe strict
  return hashtextextended(t, 0);
create function u(i bigint, salt bigint) returns float8 language sql immutable parallel safe strict
  return (hashint8extended(i, salt) & 2147483647)::float8 / 2147483648.0;
create function pick_code(x float8) returns int language sql immutable parallel safe strict return
  case when x < 0.3222 then 1 when x < 0.4834 then 2 when x < 0.5908 then 3 when x < 0.6713 then 4
       when x < 0.7358 then 5 when x < 0.7895 then 6 when x < 0.8355 then 7 when x < 0.8758 then 8
       when x < 0.9116 then 9 when x < 0.9438 then 10 when x < 0.9731 then 11 else 12 end;
`;

/** One row per observation from..to: the columns of the table `resource`, in its order. */
export function generator(size: DatasetSize, from: number, to: number): string {
  const { observations: n, patients, seed } = size;
  const codes = `(array['${CODES.join("','")}'])[c]`;
  return `
select i as rid, 77::smallint as type, 'o' || to_hex(hashint8extended(i, ${seed})) || '-' || i as id, 1 as version,
  to_timestamp((ms + 2000) / 1000.0) as last_updated, false as deleted,
  h('Patient/p' || p) as patient, h('Observation#code#${LOINC}|' || code) as chief_code,
  ms as date_low, ms + 1000 as date_high,
  array[
    h('Observation#code#' || code), h('Observation#code#${LOINC}|' || code), h('Observation#code#${LOINC}|'),
    h('Observation#combo-code#' || code), h('Observation#combo-code#${LOINC}|' || code), h('Observation#combo-code#${LOINC}|'),
    h('Observation#category#' || cat), h('Observation#category#http://terminology.hl7.org/CodeSystem/observation-category|' || cat),
    h('Observation#category#http://terminology.hl7.org/CodeSystem/observation-category|'),
    h('Observation#status#' || status), h('Observation#status#http://hl7.org/fhir/observation-status|' || status),
    h('Observation#subject#Patient/p' || p), h('Observation#subject#p' || p),
    h('Observation#patient#Patient/p' || p), h('Observation#patient#p' || p),
    h('Observation#encounter#Encounter/e' || e), h('Observation#encounter#e' || e),
    h('Observation#performer#Practitioner/d' || d), h('Observation#performer#d' || d),
    h('Observation#device#Device/v' || p), h('Observation#device#v' || p),
    h('Observation#@Patient/p' || p)
  ] || case when i % 10 = 0 then array[
    h('Observation#identifier#m-' || i), h('Observation#identifier#urn:device|m-' || i), h('Observation#identifier#urn:device|')
  ] else '{}' end as tokens,
  format('{"resourceType":"Observation","id":"o%s-%s","meta":{"versionId":"1","lastUpdated":"%s","profile":["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},"identifier":[{"system":"urn:device","value":"m-%s"}],"status":"%s","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"%s","display":"%s"}]}],"code":{"coding":[{"system":"${LOINC}","code":"%s","display":"Vital sign %s"}],"text":"Vital sign %s"},"subject":{"reference":"Patient/p%s"},"encounter":{"reference":"Encounter/e%s"},"effectiveDateTime":"%s","issued":"%s","performer":[{"reference":"Practitioner/d%s"}],"valueQuantity":{"value":%s,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N","display":"Normal"}]}],"note":[{"text":"Measured at home, reading %s, sensor signature %s"}],"device":{"reference":"Device/v%s"}}',
    to_hex(hashint8extended(i, ${seed})), i, to_timestamp((ms + 2000) / 1000.0), i, status, cat, cat, code, code, code, p, e,
    to_timestamp(ms / 1000.0), to_timestamp((ms + 1000) / 1000.0), d, 40 + (u(i, ${seed + 8}) * 900)::int / 10.0, i,
    md5(i::text) || md5((i + 1)::text), p) as content
from (
  select i, p, code, status, ms,
    case when c <= 8 then 'vital-signs' when c <= 11 then 'laboratory' else 'survey' end as cat,
    p || '-' || (u(i, ${seed + 5}) * 20)::int as e, (u(i, ${seed + 6}) * 200)::int as d
  from (
    select i, c, p, ${codes} as code,
      case when u(i, ${seed + 4}) < 0.99 then 'final' when u(i, ${seed + 7}) < 0.5 then 'amended' else 'preliminary' end as status,
      floor(${FIRST_DAY} + (i::float8 / ${n}) * ${SPAN}.0 + u(i, ${seed + 3}) * 86400000) as ms
    from (
      select i,
        case when u(i, ${seed + 1}) < 0.1 then 1 + (u(i, ${seed + 2}) * ${HEAVY_PATIENTS})::int % ${HEAVY_PATIENTS}
             else ${HEAVY_PATIENTS} + 1 + (u(i, ${seed + 2}) * ${patients - HEAVY_PATIENTS})::int % ${patients - HEAVY_PATIENTS} end as p,
        case when i < ${Math.floor(n / 4)} and u(i, ${seed + 9}) < 0.12 then 13
             else pick_code(u(i, ${seed + 10})) end as c
      from generate_series(${from}::bigint, ${to}::bigint) as i
    ) as drawn
  ) as coded
) as named`;
}
