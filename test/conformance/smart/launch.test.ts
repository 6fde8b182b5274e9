import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
} from '../../../plugins/auth/test/support/sign-in.ts';
import { type Browser, launchChromium, NO_CHROMIUM, type Page } from '../../support/chromium.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type Person, type Product, startProduct } from '../medplum-client/product.ts';
import { type SmartApp, startSmartApp } from './app-server.ts';
import { type Clinic, makeClinic } from './clinic.ts';

const suite = NO_CHROMIUM === undefined ? describe : describe.skip;
jest.setTimeout(120_000);

/** What fhirclient knows when it is ready. */
interface ReadyClient {
  readonly patient: { readonly id: string | null };
  readonly encounter: { readonly id: string | null };
  readonly user: { readonly fhirUser: string | null };
  readonly state: { readonly tokenResponse: Readonly<Record<string, unknown>> };
  request(path: string): Promise<{ total?: number; entry?: unknown[]; id?: string }>;
}

suite(`SMART App Launch 2.2 with fhirclient in a browser${skipNote(NO_CHROMIUM)}`, () => {
  let product: Product;
  let clinic: Clinic;
  let app: SmartApp;
  let browser: Browser;
  let page: Page;
  let fhirBase: string;

  beforeAll(async () => {
    app = await startSmartApp();
    product = await startProduct([`http.cors.origins=${app.origin}`]);
    fhirBase = `${product.config.http.origin}/fhir`;
    const full = await product.sandbox('full');
    const registered = await full.put('ClientApplication/growth-chart', {
      resourceType: 'ClientApplication',
      id: 'growth-chart',
      name: 'Growth chart',
      redirectUris: [`${app.origin}/app.html`],
      launchUri: `${app.origin}/launch.html`,
      allowedOrigin: [app.origin],
    });
    expect(registered.status).toBe(201);
    clinic = await makeClinic(product);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await product.close();
    await app.close();
  });

  /** Signs a person in on the page of the server, wherever the app has sent the browser. */
  const signIn = async (person: Person): Promise<void> => {
    await page.locator('input[name=handle]').fill(person.handle);
    await page.locator('input[name=password]').fill(PASSWORD);
    const code = page.locator('input[name=code]');
    if (!(await code.isVisible())) {
      await page.locator('form button[type=submit]').first().click();
      await code.waitFor();
    }
    await code.fill(person.code());
    await code.locator('xpath=ancestor::form').locator('button[type=submit]').first().click();
  };

  /** The app is somebody else's, so the person is asked. */
  const allow = async (): Promise<void> => {
    const all = page.locator('button[name=decision][value=all]');
    const over = () => /ready|failed/.test(document.title);
    // What was allowed before is not asked again.
    await Promise.race([all.waitFor(), page.waitForFunction(over)]);
    if (await all.isVisible()) await all.click();
  };

  const ready = async (): Promise<void> => {
    const done = () => /ready|failed/.test(document.title);
    // What the page says instead is what a failure is about.
    await page.waitForFunction(done, undefined, { timeout: 15_000 }).catch(() => undefined);
    const text = await page.locator('body').innerText();
    expect([await page.title(), text.slice(0, 500)]).toEqual(['ready', '']);
  };

  const known = () =>
    page.evaluate(() => {
      const { client } = globalThis as unknown as { client: ReadyClient };
      return {
        patient: client.patient.id,
        encounter: client.encounter.id,
        fhirUser: client.user.fhirUser,
        response: client.state.tokenResponse,
      };
    });

  const asked = (path: string) =>
    page.evaluate(async (wanted) => {
      const { client } = globalThis as unknown as { client: ReadyClient };
      try {
        const { total, entry, id } = await client.request(wanted);
        return { id, count: total ?? entry?.length ?? 0 };
      } catch (error) {
        return { error: String(error).slice(0, 40) };
      }
    }, path);

  const open = async (url: string): Promise<void> => {
    const context = await browser.newContext({ locale: 'en' });
    page = await context.newPage();
    await page.goto(url);
  };

  const standalone = (scope: string): Promise<void> =>
    open(
      `${app.origin}/launch.html?${new URLSearchParams({ standalone: fhirBase, scope }).toString()}`,
    );

  test('[R-200] standalone launch of a patient: the context is the patient', async () => {
    const person = await product.person();
    await standalone('launch/patient openid fhirUser offline_access patient/*.rs');
    await signIn(person);
    await allow();
    await ready();
    const { patient, fhirUser, response } = await known();
    expect(`Patient/${String(patient)}`).toBe(person.profile);
    expect(fhirUser).toBe(person.profile);
    expect(response).toMatchObject({ token_type: 'Bearer', need_patient_banner: true });
    expect(await asked(`Patient/${String(patient)}`)).toMatchObject({ id: patient });
  });

  test('standalone launch of a practitioner: only patients under the own policy can be chosen', async () => {
    await standalone('launch/patient launch/encounter openid fhirUser patient/*.rs');
    await signIn(clinic.doctor);
    await page.getByLabel(/Ada Beispiel/).waitFor();
    expect(await page.locator('.choice').count()).toBe(2);
    await page.getByRole('searchbox').fill('Beispiel');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.choice').length === 1);
    expect(new URL(page.url()).search).toBe('');
    // Somebody changes the form: what the policy hides is not chosen.
    const radio = page.locator('input[name=choice]');
    await radio.evaluate(
      (input, id) => input.setAttribute('value', `Patient/${id}`),
      clinic.stranger,
    );
    await radio.check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel(/Ada Beispiel/).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel(/2026-11-02/).check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await allow();
    await ready();
    expect(await known()).toMatchObject({
      patient: clinic.patient,
      encounter: clinic.encounter,
      fhirUser: 'Practitioner/smart-doctor',
    });
  });

  test('[R-031] patient/ scopes of a practitioner are about the patient of the launch and nobody else', async () => {
    expect(await asked('Observation?_total=accurate')).toMatchObject({ count: 1 });
    expect(await asked('Patient?_total=accurate')).toMatchObject({ count: 1 });
    expect(await asked(`Patient/${clinic.patient}`)).toMatchObject({ id: clinic.patient });
    expect(await asked(`Patient/${clinic.stranger}`)).toHaveProperty('error');
    expect(await asked('Practitioner/smart-doctor')).toHaveProperty('error');
  });

  /** The portal of the clinic launches the app, in the name of the doctor. */
  const launch = async (
    parameter: object[],
  ): Promise<{ status: number; url?: string; text: string }> => {
    const token = await portalToken();
    const answer = await fhirClient(`${product.url}/fhir`, token).post('$smart-launch', {
      resourceType: 'Parameters',
      parameter: [{ name: 'client', valueString: 'growth-chart' }, ...parameter],
    });
    const found = answer
      .json<{ parameter?: { name: string; valueUrl?: string }[] }>()
      .parameter?.find(({ name }) => name === 'url');
    return {
      status: answer.status,
      text: answer.text,
      ...(found?.valueUrl === undefined ? {} : { url: found.valueUrl }),
    };
  };

  let portal: string | undefined;
  /** The portal is the maker's own app. */
  const portalToken = async (): Promise<string> => {
    if (portal !== undefined) return portal;
    const server = { origin: product.url } as AuthServer;
    const { doctor } = clinic;
    const typed = { handle: doctor.handle, password: PASSWORD, code: doctor.code() };
    const request = authorizationRequest(server, { scope: 'openid' });
    const { end } = await logIn(server, typed, undefined, request);
    portal = (await exchange(server, end, request)).body.access_token;
    return portal;
  };

  test('an app of another maker without a scope about resources sees nothing, whatever the person may see', async () => {
    await standalone('openid fhirUser');
    await signIn(clinic.doctor);
    await allow();
    await ready();
    expect((await known()).fhirUser).toBe('Practitioner/smart-doctor');
    expect(await asked('Patient')).toHaveProperty('error');
    expect(await asked(`Patient/${clinic.patient}`)).toHaveProperty('error');
    const own = await fhirClient(`${product.url}/fhir`, await portalToken()).get('Patient');
    expect(own.status).toBe(200);
  });

  test('EHR launch: patient, encounter and intent reach the app; the launch is used up', async () => {
    const { url = '' } = await launch([
      { name: 'encounter', valueReference: { reference: `Encounter/${clinic.encounter}` } },
      { name: 'intent', valueString: 'reconcile' },
      { name: 'needPatientBanner', valueBoolean: false },
    ]);
    await open(url);
    await signIn(clinic.doctor);
    await allow();
    await ready();
    expect(await known()).toMatchObject({
      patient: clinic.patient,
      encounter: clinic.encounter,
      response: { intent: 'reconcile', need_patient_banner: false },
    });
    await open(url);
    await signIn(clinic.doctor);
    await page.waitForFunction(() => document.title.includes('failed'));
    expect(await page.title()).toMatch(/launch is not known/);
  });

  test('a launch is of no use to another person', async () => {
    const { url = '' } = await launch([
      { name: 'patient', valueReference: { reference: `Patient/${clinic.patient}` } },
    ]);
    await open(url);
    await signIn(await product.person());
    await page.waitForFunction(() => document.title.includes('failed'));
    expect(await page.title()).toMatch(/launch is not known/);
  });

  test('nobody launches about what they do not see', async () => {
    const hidden = await launch([
      { name: 'patient', valueReference: { reference: `Patient/${clinic.stranger}` } },
    ]);
    const absent = await launch([
      { name: 'patient', valueReference: { reference: 'Patient/does-not-exist' } },
    ]);
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect(hidden.text.replaceAll(clinic.stranger, '?')).toBe(
      absent.text.replaceAll('does-not-exist', '?'),
    );
  });

  test('aud of another server is refused: the app was told to talk to somebody else', async () => {
    const query = new URLSearchParams({
      client_id: 'growth-chart',
      response_type: 'code',
      redirect_uri: `${app.origin}/app.html`,
      scope: 'openid',
      state: 's',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
      aud: 'https://other.example/fhir',
    });
    const answer = await fetch(
      `${product.config.http.origin}/oauth2/authorize?${query.toString()}`,
      {
        redirect: 'manual',
      },
    );
    const back = new URL(answer.headers.get('location') ?? '');
    expect(back.searchParams.get('error')).toBe('invalid_request');
    expect(back.searchParams.has('code')).toBe(false);
  });
});
