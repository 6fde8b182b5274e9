// Jest's globalSetup: where no PostgreSQL answers, one embedded PostgreSQL serves all test files of the run.
import pg from 'pg';
import { embeddedServer } from './test-databases.ts';

const LOCAL = 'postgres://root@127.0.0.1:5432/postgres';

export default async function setUp() {
  const client = new pg.Client({
    connectionString: process.env.TEST_POSTGRES_URL ?? LOCAL,
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    await client.end();
  } catch {
    const server = await embeddedServer();
    process.env.TEST_POSTGRES_URL = server.url;
    globalThis.embeddedPostgresOfTests = server;
  }
}
