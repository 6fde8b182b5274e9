import { askAnchored, LONG } from './ask-anchored.ts';
import type { Design } from './design.ts';
import {
  insertStatement,
  insertVersioned,
  updateArray,
  updateSame,
  updateVersioned,
} from './writes-sql.ts';

const BTREES: readonly (readonly [name: string, definition: string])[] = [
  ['date', '(type, date_low desc, rid desc) include (date_high)'],
  ['patient_date', '(patient, type, date_low desc, rid desc, date_high)'],
  ['patient_code', '(patient, chief_code, date_low desc, rid desc, date_high)'],
  ['code_date', '(chief_code, date_low desc, rid desc, date_high)'],
  ['long', '(type, date_low desc, rid desc, date_high) where date_long'],
];
const VERSION = [
  `create table resource_version (rid bigint not null, version int not null, type smallint not null,
  last_updated timestamptz not null, content text)`,
];

function indexes(table: string, gin: string): string[] {
  return [
    `create index ${table}_tokens on ${table} using gin (tokens) with (${gin})`,
    ...BTREES.map(
      ([name, definition]) => `create index ${table}_${name} on ${table} ${definition}`,
    ),
  ];
}

const wide: Design = {
  name: 'E',
  title: 'as D, with anchored SQL; the old content goes to resource_version on update',
  table: 'resource',
  sideTables: ['resource_version'],
  setup: [
    ...indexes('resource', 'fastupdate = on, gin_pending_list_limit = 256'),
    ...VERSION,
    'alter table resource_version add primary key (rid, version)',
  ],
  teardown: [
    'drop index resource_tokens',
    ...BTREES.map(([name]) => `drop index resource_${name}`),
    'drop table resource_version',
  ],
  insert: insertStatement({
    table: 'resource',
    columns: ['tokens', 'date_low', 'date_high', 'patient', 'chief_code'],
  }),
  updateSame: updateSame('resource', true),
  updateChanged: updateArray('resource', true),
  ask: askAnchored({ table: 'resource', content: 'row' }),
};

/** Without the forms that other means answer: references by id alone, and references to the row's one patient. */
const FEWER = `tokens[1:11] || tokens[16] || tokens[18] || tokens[20] || tokens[23:25]`;

function split(name: string, gin: string, fillfactor: number, fewer = false): Design {
  const tokens = fewer ? FEWER : 'tokens';
  const refs = fewer ? 'array[tokens[12], tokens[14]]' : 'null::bigint[]';
  return {
    name,
    title: `as E, content only in resource_version (append-only), narrow index row (fillfactor ${fillfactor}), GIN ${gin}${fewer ? ', without hashes for references by id alone and to the patient' : ''}`,
    table: 'resource_f',
    sideTables: ['resource_version'],
    setup: [
      `create table resource_f (rid bigint not null default nextval('resource_rid_seq'), type smallint not null,
  version int not null default 1, id text not null, last_updated timestamptz not null, deleted boolean not null default false,
  patient bigint, chief_code bigint, date_low float8, date_high float8, tokens bigint[], refs bigint[],
  date_long boolean generated always as (date_high - date_low > ${LONG}) stored) with (fillfactor = ${fillfactor})`,
      'alter table resource_f alter tokens set storage main, alter tokens set statistics 1000',
      `insert into resource_f (rid, type, version, id, last_updated, deleted, patient, chief_code, date_low, date_high, tokens, refs)
select rid, type, version, id, last_updated, deleted, patient, chief_code, date_low, date_high, ${tokens}, ${refs} from resource order by rid`,
      'alter table resource_f add primary key (rid)',
      'create unique index resource_f_id on resource_f (type, id)',
      ...indexes('resource_f', gin),
      ...VERSION,
      `insert into resource_version select rid, version, type, last_updated, content from resource order by rid`,
      'alter table resource_version add primary key (rid, version)',
      'create index resource_version_last_updated on resource_version (type, last_updated, rid)',
    ],
    teardown: ['drop table resource_f', 'drop table resource_version'],
    insert: insertVersioned(tokens, refs),
    updateSame: updateVersioned(false),
    updateChanged: updateVersioned(true),
    ask: askAnchored({ table: 'resource_f', content: 'version' }),
  };
}

/** Designs whose SQL names the leading index itself. */
export const ANCHORED: readonly Design[] = [
  wide,
  split('F', 'fastupdate = on, gin_pending_list_limit = 256', 90),
  split('G', 'fastupdate = off', 90, true),
  split('G+', 'fastupdate = on, gin_pending_list_limit = 256', 90, true),
  split('F0', 'fastupdate = off', 90),
  split('F4', 'fastupdate = on, gin_pending_list_limit = 4096', 90),
];
