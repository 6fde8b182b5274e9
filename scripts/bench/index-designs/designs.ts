import { askArray } from './ask-array.ts';
import { askSideTable } from './ask-side-table.ts';
import type { Design } from './design.ts';
import { ANCHORED } from './designs-anchored.ts';
import { insertStatement, updateArray, updateSame, updateSideTable } from './writes-sql.ts';

const gin = (fastupdate: 'on' | 'off'): string =>
  `create index resource_tokens on resource using gin (tokens) with (fastupdate = ${fastupdate})`;
const RANGE = [
  'create table resource_range (rid bigint not null, param smallint not null, low float8 not null, high float8 not null)',
  'insert into resource_range select rid, 1, date_low, date_high from resource',
  'alter table resource_range add primary key (rid, param, low)',
  'create index resource_range_low on resource_range (param, low, rid) include (high)',
];
const TYPE_DATE =
  'create index resource_date on resource (type, date_low desc, rid desc) include (date_high)';
const PATIENT_DATE =
  'create index resource_patient_date on resource (patient, type, date_low desc, rid desc, date_high)';
const PATIENT_CODE =
  'create index resource_patient_code on resource (patient, chief_code, date_low desc, rid desc, date_high)';
const CODE_DATE =
  'create index resource_code_date on resource (chief_code, date_low desc, rid desc, date_high)';

const array = {
  table: 'resource',
  sideTables: [],
  updateSame: updateSame('resource'),
  updateChanged: updateArray('resource'),
} as const;
const drop = (...indexes: readonly string[]): string[] =>
  indexes.map((index) => `drop index ${index}`);

/** The designs compared. All have the primary key, unique (type, id) and (type, last_updated). */
export const DESIGNS: readonly Design[] = [
  ...(['on', 'off'] as const).map(
    (fastupdate): Design => ({
      ...array,
      name: fastupdate === 'on' ? 'A+' : 'A',
      title: `tokens bigint[] with GIN (fastupdate ${fastupdate}), dates in a side table`,
      setup: [gin(fastupdate), ...RANGE],
      teardown: [...drop('resource_tokens'), 'drop table resource_range'],
      sideTables: ['resource_range'],
      insert: insertStatement({ table: 'resource', columns: ['tokens'], range: true }),
      ask: askArray({ dates: 'side', defaultOrder: 'rid' }),
    }),
  ),
  {
    ...array,
    name: 'A2',
    title: 'as A, the chief date in the row with (type, date)',
    setup: [gin('off'), TYPE_DATE],
    teardown: drop('resource_tokens', 'resource_date'),
    insert: insertStatement({ table: 'resource', columns: ['tokens', 'date_low', 'date_high'] }),
    ask: askArray({ dates: 'row', defaultOrder: 'rid' }),
  },
  {
    ...array,
    name: 'A2f',
    title: 'as A2, every search fenced (matches first, then sort)',
    setup: [gin('off'), TYPE_DATE],
    teardown: drop('resource_tokens', 'resource_date'),
    insert: insertStatement({ table: 'resource', columns: ['tokens', 'date_low', 'date_high'] }),
    ask: askArray({ dates: 'row', defaultOrder: 'rid', fence: true }),
  },
  {
    name: 'B',
    title: 'one row per hash: resource_token (hash, rid) with (rid), dates in a side table',
    table: 'resource_b',
    sideTables: ['resource_token', 'resource_range'],
    setup: [
      'create table resource_b as select rid, type, id, version, last_updated, deleted, content from resource',
      "alter table resource_b alter rid set default nextval('resource_rid_seq'), alter version set default 1, alter deleted set default false",
      'alter table resource_b add primary key (rid)',
      'create unique index resource_b_id on resource_b (type, id)',
      'create index resource_b_last_updated on resource_b (type, last_updated, rid)',
      'create table resource_token (hash bigint not null, rid bigint not null)',
      'insert into resource_token select distinct hash, rid from resource, unnest(tokens) hash',
      'alter table resource_token add primary key (hash, rid)',
      'create index resource_token_rid on resource_token (rid)',
      ...RANGE,
    ],
    teardown: ['drop table resource_b', 'drop table resource_token', 'drop table resource_range'],
    insert: insertStatement({ table: 'resource_b', columns: [], range: true, token: true }),
    updateSame: updateSame('resource_b'),
    updateChanged: updateSideTable('resource_b'),
    ask: askSideTable,
  },
  {
    ...array,
    name: 'C',
    title: 'as A2, with (patient, type, date)',
    setup: [gin('off'), TYPE_DATE, PATIENT_DATE],
    teardown: drop('resource_tokens', 'resource_date', 'resource_patient_date'),
    insert: insertStatement({
      table: 'resource',
      columns: ['tokens', 'date_low', 'date_high', 'patient'],
    }),
    ask: askArray({ dates: 'row', defaultOrder: 'rid', patientColumn: true }),
  },
  {
    ...array,
    name: 'D',
    title:
      'as C, with (patient, code, date) and (code, date); default order is the chief date; one probe per patient',
    setup: [gin('off'), TYPE_DATE, PATIENT_DATE, PATIENT_CODE, CODE_DATE],
    teardown: drop(
      'resource_tokens',
      'resource_date',
      'resource_patient_date',
      'resource_patient_code',
      'resource_code_date',
    ),
    insert: insertStatement({
      table: 'resource',
      columns: ['tokens', 'date_low', 'date_high', 'patient', 'chief_code'],
    }),
    ask: askArray({
      dates: 'row',
      defaultOrder: 'date',
      patientColumn: true,
      codeColumn: true,
      lateral: true,
    }),
  },
  ...ANCHORED,
];
