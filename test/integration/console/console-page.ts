import { join } from 'node:path';
import { type BrowserContext, launchChromium, type Page } from '../../support/chromium.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/server.ts';

/** The console in a browser, against a real server. */
export interface ConsoleTest {
  readonly server: TestServer;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Everything that the browser asked for. */
  readonly requests: readonly string[];
  /** What the page printed as an error, and exceptions that nobody caught. */
  readonly faults: readonly string[];
  /** Signs in and waits for the page below `/console`. */
  signIn(path?: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts server and browser. */
export async function startConsole(
  options: TestServerOptions & { readonly locale?: string } = {},
): Promise<ConsoleTest> {
  const server = await startTestServer({
    plugins: join(import.meta.dirname, 'plugins'),
    ...options,
  });
  const browser = await launchChromium();
  const context = await browser.newContext({ locale: options.locale ?? 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const requests: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return {
    server,
    context,
    page,
    requests,
    faults,
    async signIn(path = '/') {
      await page.goto(`${server.url}/console${path}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('navigation').waitFor();
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
