import { readFile } from 'node:fs/promises';

/** Bytes of a page, as Linux counts them in `/proc/[pid]/statm` on the platforms this runs on. */
const PAGE = 4_096;

/**
 * MiB of memory that a process and its children hold, buffers included.
 * @returns undefined where the machine does not tell, or the process is gone
 */
export async function residentMb(pid: number): Promise<number | undefined> {
  try {
    const own = await pagesOf(pid);
    const children = await childrenOf(pid);
    const pages = await Promise.all(children.map((child) => pagesOf(child)));
    return (pages.reduce((sum, one) => sum + one, own) * PAGE) / 1_048_576;
  } catch {
    // Not Linux, or it has ended: its exit is noticed elsewhere.
    return undefined;
  }
}

async function pagesOf(pid: number): Promise<number> {
  const [, resident = '0'] = (await readFile(`/proc/${String(pid)}/statm`, 'utf8')).split(' ');
  return Number(resident);
}

/** Ids of the children of a process; none where the machine does not tell. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const id = String(pid);
  const text = await readFile(`/proc/${id}/task/${id}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
