import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent, Bundle, Observation, Parameters } from '@medplum/fhirtypes';
import { dayOf, WEIGHT_TEXT } from './day.ts';
import { type Answer, codeOf, expectStatus, type Fhir, fhir } from './fhir.ts';
import type { Insurer } from './insurer.ts';
import { type Credentials, type Discovery, logIn, register, type Session } from './sign-in.ts';
import { given, hold, JourneyError, type Step } from './step.ts';

/** What the journey starts with, and what it collects on the way. */
export interface Journey {
  /** Origin that the server is reached at. */
  readonly url: string;
  readonly now: () => number;
  readonly insurer: Insurer;
  /** Access token of an identity of the sandbox. */
  readonly tokenOf: (role: 'admin' | 'patient') => Promise<string>;
  base?: string;
  discovery?: Discovery;
  credentials?: Credentials;
  session?: Session;
  code?: string;
  heartRates?: number;
}

const DIGA_VE_ID = '12345000';
/** Keys of the stand-in are made at its first start. */
const PATIENCE_MS = 120_000;
const LOINC = 'http://loinc.org';

/** What the access log has to show, by AuditEvent.subtype. */
const LOGGED: Readonly<Record<string, string>> = {
  create: 'wrote',
  'search-type': 'searched',
  operation: 'redeemed a code',
  '110122': 'logged in',
};

const me = (journey: Journey): Session => given(journey.session, 'session');
const asMe = (journey: Journey): Fhir =>
  fhir(given(journey.base, 'server'), me(journey).accessToken);
const as = async (journey: Journey, role: 'admin' | 'patient'): Promise<Fhir> =>
  fhir(given(journey.base, 'server'), await journey.tokenOf(role));

/** The journey of one person, from the account to the paid invoice. */
export const STEPS: readonly Step<Journey>[] = [
  { title: 'Find the server', run: findServer },
  { title: 'Create an account', run: createAccount },
  { title: 'Redeem an activation code', run: redeemCode },
  { title: 'Log in', run: signIn },
  { title: 'Write a day of vitals and a questionnaire', run: writeDay },
  { title: 'Search them', run: searchDay },
  { title: "Be refused on another patient's data", run: beRefused },
  { title: 'See the access log', run: seeAccessLog },
  { title: 'See the invoice accepted', run: seeInvoice },
];

async function findServer(journey: Journey): Promise<string> {
  const found = await fetch(`${journey.url}/.well-known/openid-configuration`).catch(
    (cause: unknown) => {
      throw new JourneyError(
        `No server answers at ${journey.url}. Start it, or name it with --url`,
        {
          cause,
        },
      );
    },
  );
  hold(found.status === 200, `Nothing signs in at ${journey.url}`);
  journey.discovery = (await found.json()) as Discovery;
  journey.base = `${journey.discovery.issuer}/fhir/R4`;
  const metadata = await fetch(`${journey.base}/metadata`);
  const { fhirVersion, software } = (await metadata.json()) as {
    fhirVersion?: string;
    software?: { name: string; version: string };
  };
  hold(fhirVersion === '4.0.1', 'It is no FHIR R4 server');
  return `${software?.name ?? ''} ${software?.version ?? ''} at ${journey.base}`;
}

async function createAccount(journey: Journey): Promise<string> {
  const { credentials, session } = await register(given(journey.discovery, 'server'), journey.now);
  journey.credentials = credentials;
  journey.session = session;
  return `pseudonymous, with password and authenticator app: ${session.profile}`;
}

async function redeemCode(journey: Journey): Promise<string> {
  const client = asMe(journey);
  journey.code = await journey.insurer.issueCode(DIGA_VE_ID);
  const body = {
    resourceType: 'Parameters',
    parameter: [{ name: 'code', valueString: journey.code }],
  };
  let last = '';
  const answer = await patiently(
    journey,
    () => `the last answer was ${last}`,
    async () => {
      const sent = await client.post('$redeem-activation-code', body);
      last = `${String(sent.status)} ${/"code":"([A-Z]+_[A-Z_]+)"/.exec(sent.text)?.[1] ?? ''}`;
      return sent.status === 202 || codeOf(sent) === 'GKV_NOT_READY' ? undefined : sent;
    },
  );
  expectStatus(answer, 200);
  const values = (answer.json() as Parameters).parameter ?? [];
  const text = (name: string): string | undefined => {
    const found = values.find((parameter) => parameter.name === name);
    return found?.valueCode ?? found?.valueString ?? found?.valueDate;
  };
  hold(text('status') === 'active', `The entitlement is ${text('status') ?? 'not there'}`);
  hold(text('digaVeId') === DIGA_VE_ID, 'The entitlement is for something else');
  return `the insurer says yes: ${DIGA_VE_ID}, ${text('periodStart') ?? ''} to ${text('periodEnd') ?? ''}`;
}

async function signIn(journey: Journey): Promise<string> {
  const { profile } = me(journey);
  journey.session = await logIn(
    given(journey.discovery, 'server'),
    given(journey.credentials, 'account'),
    journey.now,
  );
  hold(journey.session.profile === profile, 'Somebody else came out');
  return 'account number, password, one-time code; PKCE; the same person';
}

async function writeDay(journey: Journey): Promise<string> {
  const day = dayOf(me(journey).profile, journey.now());
  const answer = await asMe(journey).post('', day.transaction);
  expectStatus(answer, 200);
  const { entry = [] } = answer.json() as Bundle;
  const created = entry.filter(({ response }) => response?.status === '201 Created');
  hold(created.length === day.entries, `${String(created.length)} were created`);
  journey.heartRates = day.heartRates;
  return `${String(day.entries)} resources in one transaction`;
}

async function searchDay(journey: Journey): Promise<string> {
  const client = asMe(journey);
  const expected = given(journey.heartRates, 'day');
  const rates = await client.all<Observation>(
    `Observation?code=${LOINC}|8867-4&_sort=-date&_count=10`,
  );
  hold(rates.length === expected, `${String(rates.length)} heart rates of ${String(expected)}`);
  const times = rates.map(({ effectiveDateTime = '' }) => effectiveDateTime);
  hold(
    times.every((time, index) => index === 0 || time < (times[index - 1] ?? '')),
    'They are not in order',
  );
  const weight = await client.get(`Observation?code=${LOINC}|29463-7`);
  expectStatus(weight, 200);
  hold(weight.text.includes(WEIGHT_TEXT), 'The weight has lost digits');
  const answers = await client.all('QuestionnaireResponse?status=completed');
  hold(answers.length === 1, `${String(answers.length)} questionnaires`);
  const derived = await client.all(
    `Observation?derived-from=QuestionnaireResponse/${answers[0]?.id ?? ''}`,
  );
  hold(derived.length === 1, 'The score does not refer to the questionnaire');
  return `${String(rates.length)} heart rates in ${String(Math.ceil(rates.length / 10))} pages, newest first; weight with its digits`;
}

async function beRefused(journey: Journey): Promise<string> {
  const other = await as(journey, 'patient');
  const subject = 'Patient/sandbox-patient';
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Something private' },
    subject: { reference: subject },
    performer: [{ reference: subject }],
  };
  const theirs = await other.post('Observation', observation);
  expectStatus(theirs, 201);
  const { id = '' } = theirs.json() as Observation;

  const mine = asMe(journey);
  const read = await mine.get(`Observation/${id}`);
  const absent = await mine.get('Observation/does-not-exist');
  expectStatus(read, 404);
  hold(
    read.text.replaceAll(id, '') === absent.text.replaceAll('does-not-exist', ''),
    'It shows that the resource exists',
  );
  for (const path of [`Observation?patient=${subject}`, `Observation?_id=${id}`]) {
    hold((await mine.all(path)).length === 0, `${path} finds something`);
  }
  const written = await mine.post('Observation', observation);
  expectStatus(written, 403);
  hold(codeOf(written) === 'ACCESS_DENIED', 'The refusal has another code');
  return 'read: as if not there; search: nothing; write: 403';
}

async function seeAccessLog(journey: Journey): Promise<string> {
  const { profile } = me(journey);
  const events = await asMe(journey).all<AuditEvent>(`AuditEvent?patient=${profile}&_count=100`);
  const about = events.filter(({ entity = [] }) =>
    entity.some(({ what }) => what?.reference === profile),
  );
  hold(about.length === events.length, 'It shows events about somebody else');
  const kinds = new Set(events.map(({ subtype }) => subtype?.[0]?.code));
  for (const [kind, meaning] of Object.entries(LOGGED)) {
    hold(kinds.has(kind), `It does not show that this person ${meaning}`);
  }
  const [latest] = events;
  return `${String(events.length)} events, all about this person, the latest at ${latest?.recorded ?? ''}`;
}

async function seeInvoice(journey: Journey): Promise<string> {
  const code = given(journey.code, 'activation code');
  let arrived: readonly string[] = [];
  const number = await patiently(
    journey,
    () => `the insurer has: ${arrived.join(', ')}`,
    async () => {
      const exchanges = (await journey.insurer.exchanges()).filter(
        ({ freischaltcode }) => freischaltcode === code,
      );
      arrived = exchanges.map(({ result }) => result);
      return exchanges.find(
        ({ invoiceNumber, result }) => invoiceNumber !== undefined && result === 'ACCEPT',
      )?.invoiceNumber;
    },
  );
  const status = await patiently(
    journey,
    () => `the insurer has accepted ${number}, and the server does not say so`,
    async () => {
      const admin = await as(journey, 'admin');
      const answer = await admin.get('$gkv-billing-status?invoiceState=ACCEPTED&_count=1000');
      expectStatus(answer, 200);
      hold(!answer.text.includes(code), 'The admin sees the activation code');
      return isListed(answer, number) ? answer : undefined;
    },
  );
  hold(!status.text.includes(me(journey).profile), 'The admin sees whose invoice it is');
  return `invoice ${number} is accepted, and names nobody`;
}

function isListed(answer: Answer, number: string): boolean {
  return ((answer.json() as Parameters).parameter ?? []).some(({ part = [] }) =>
    part.some(({ name, valueString }) => name === 'invoiceNumber' && valueString === number),
  );
}

/** Asks again until there is something. @throws JourneyError after two minutes, with how it stands */
async function patiently<T>(
  journey: Journey,
  standing: () => string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = journey.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    hold(journey.now() < end, `Nothing came in ${String(PATIENCE_MS / 1000)} s: ${standing()}`);
    await pause(500);
  }
}
