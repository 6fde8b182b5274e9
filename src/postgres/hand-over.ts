import { open } from 'node:fs/promises';

/** Files and folders as a child process names them. */
export interface HandedOver {
  /** Names that the child uses, in the order of the paths given. */
  readonly names: readonly string[];
  /** Descriptors that the child inherits from number 3 on. */
  readonly descriptors: readonly number[];
  /** Closes our side, once the child runs. */
  close(): Promise<void>;
}

/**
 * Gives a child that runs under another user files below folders which that user may not enter, such as a checkout
 * below `/root`: the child inherits open descriptors and names them through `/proc`, which passes over the folders above.
 * A child of the same user simply gets the paths.
 */
export async function handOver(paths: readonly string[], otherUser: boolean): Promise<HandedOver> {
  if (!otherUser) return { names: paths, descriptors: [], close: () => Promise.resolve() };
  const handles = await Promise.all(paths.map((path) => open(path, 'r')));
  return {
    names: handles.map((_, index) => `/proc/self/fd/${index + 3}`),
    descriptors: handles.map((handle) => handle.fd),
    close: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
