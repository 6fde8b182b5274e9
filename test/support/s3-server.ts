import { createRequire } from 'node:module';

/** An S3 server in this process that speaks real HTTP. */
export interface S3Server {
  /** URL, without a trailing slash. */
  readonly endpoint: string;
  close(): Promise<void>;
}

interface S3rver {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

type S3rverConstructor = new (options: Readonly<Record<string, unknown>>) => S3rver;

/** Starts it on a free port with one empty bucket; its keys are `S3RVER` and `S3RVER`. */
export async function startS3Server(directory: string, bucket: string): Promise<S3Server> {
  const load = createRequire(import.meta.url);
  const Server = load('s3rver') as S3rverConstructor;
  const server = new Server({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  return { endpoint: `http://127.0.0.1:${String(port)}`, close: () => server.close() };
}
