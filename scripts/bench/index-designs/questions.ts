import { CODES, FIRST_DAY, HEAVY_PATIENTS, SPAN, tokenTexts } from './dataset.ts';
import type { PatientKey, Position, Question } from './design.ts';

const DAY = 86_400_000;

/** What the questions are drawn from. */
export interface QuestionSource {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly hash: (text: string) => string;
  /** The id of some resource, by a number in [0, 1). */
  readonly id: (at: number) => string;
  readonly patients: number;
  readonly observations: number;
  /** The last row of page `n` of the commonest code, in the order of rid and of the date. */
  readonly page: (n: number) => { readonly byRid: Position; readonly byDate: Position };
}

/** One kind of search, and how to draw one of it. */
export interface QuestionKind {
  readonly name: string;
  readonly draw: (source: QuestionSource) => Question;
}

const between = (s: QuestionSource, low: number, high: number): number =>
  low + Math.floor(s.random() * (high - low));
const patient = (s: QuestionSource, n: number): PatientKey => ({
  compartment: s.hash(tokenTexts.compartment(n)),
  column: s.hash(`Patient/p${n}`),
});
const typical = (s: QuestionSource): PatientKey =>
  patient(s, between(s, HEAVY_PATIENTS + 1, s.patients + 1));
const heavy = (s: QuestionSource): PatientKey => patient(s, between(s, 1, HEAVY_PATIENTS + 1));
const code = (s: QuestionSource, n: number): { tokens: string[]; chiefCode: string } => {
  const hash = s.hash(tokenTexts.code(CODES[n] ?? ''));
  return { tokens: [hash], chiefCode: hash };
};
const anyCode = (s: QuestionSource): { tokens: string[]; chiefCode: string } =>
  code(s, Math.floor(s.random() * s.random() * 12));
const window = (s: QuestionSource, days: number): [number, number] => {
  const low = FIRST_DAY + Math.floor(s.random() * (SPAN - days * DAY));
  return [low, low + days * DAY];
};
const many = (s: QuestionSource): PatientKey[] => {
  const first = between(s, 0, s.patients);
  // A step of 61 never meets the same patient twice; one probe per patient needs them distinct.
  return Array.from({ length: 50 }, (_, i) => patient(s, 1 + ((first + 61 * i) % s.patients)));
};
const paged = (n: number): QuestionKind => ({
  name: `page ${n} of the commonest code`,
  draw: (s) => ({
    ...code(s, 0),
    order: 'default',
    ...(n > 1 ? { after: s.page(n) } : {}),
  }),
});

/** The searches measured, in the order of the report. */
export const QUESTIONS: readonly QuestionKind[] = [
  { name: 'read by id', draw: (s) => ({ tokens: [], order: 'default', id: s.id(s.random()) }) },
  {
    name: 'patient + code + 90 days, _sort=-date',
    draw: (s) => ({ ...anyCode(s), patients: [typical(s)], dates: window(s, 90), order: 'date' }),
  },
  {
    name: 'the same, sensor patient (10 000 rows)',
    draw: (s) => ({ ...anyCode(s), patients: [heavy(s)], dates: window(s, 90), order: 'date' }),
  },
  {
    name: 'patient, _sort=-date',
    draw: (s) => ({ tokens: [], patients: [typical(s)], order: 'date' }),
  },
  {
    name: 'code, policy of the patient',
    draw: (s) => ({ ...anyCode(s), patients: [typical(s)], order: 'default' }),
  },
  {
    name: 'code, policy of a sensor patient',
    draw: (s) => ({ ...anyCode(s), patients: [heavy(s)], order: 'default' }),
  },
  {
    name: 'code, policy of 50 patients',
    draw: (s) => ({ ...anyCode(s), patients: many(s), order: 'default' }),
  },
  {
    name: 'code, policy of 50 patients, _sort=-date',
    draw: (s) => ({ ...anyCode(s), patients: many(s), order: 'date' }),
  },
  { name: 'code, 29 %', draw: (s) => ({ ...code(s, 0), order: 'default' }) },
  { name: 'code, 3 %', draw: (s) => ({ ...code(s, 11), order: 'default' }) },
  { name: 'code, 3 %, only in old rows', draw: (s) => ({ ...code(s, 12), order: 'default' }) },
  {
    name: 'code + 30 days, _sort=-date',
    draw: (s) => ({ ...anyCode(s), dates: window(s, 30), order: 'date' }),
  },
  {
    name: 'code, 3 % + 1 hour, _sort=-date',
    draw: (s) => ({ ...code(s, 11), dates: window(s, 1 / 24), order: 'date' }),
  },
  {
    name: '_lastUpdated within 1 h',
    draw: (s) => ({ tokens: [], lastUpdated: window(s, 1 / 24), order: 'default' }),
  },
  paged(1),
  paged(100),
  paged(1000),
  {
    name: 'status=final (99 %)',
    draw: (s) => ({ tokens: [s.hash(tokenTexts.status('final'))], order: 'default' }),
  },
  {
    name: 'status=amended (0.5 %)',
    draw: (s) => ({ tokens: [s.hash(tokenTexts.status('amended'))], order: 'default' }),
  },
  {
    name: 'identifier',
    draw: (s) => ({
      tokens: [s.hash(tokenTexts.identifier(10 * between(s, 1, s.observations / 10)))],
      order: 'default',
      rare: true,
    }),
  },
  {
    name: 'identifier that does not exist',
    draw: (s) => ({ tokens: [s.hash(tokenTexts.identifier(0))], order: 'default', rare: true }),
  },
  {
    name: 'count of code + patient',
    draw: (s) => ({
      ...anyCode(s),
      patients: [typical(s)],
      order: 'default',
      countOnly: true,
    }),
  },
  {
    name: 'count of code, 29 %',
    draw: (s) => ({ ...code(s, 0), order: 'default', countOnly: true }),
  },
];
