import { fhirError } from '../outcome/codes.ts';

/** A number of places; who finds all taken waits in line. */
export interface Slots {
  /**
   * Waits for a place.
   * @returns the function that gives it back
   * @throws FhirError `SERVER_BUSY` where none came free in time
   */
  take(): Promise<() => void>;
}

interface Waiting {
  readonly admit: () => void;
  readonly timer: NodeJS.Timeout;
}

/** @param timeoutMs longest time to wait in line */
export function createSlots(count: number, timeoutMs: number): Slots {
  const line = new Set<Waiting>();
  let free = count;

  const giveBack = (): void => {
    const [next] = line;
    if (next === undefined) {
      free += 1;
      return;
    }
    line.delete(next);
    clearTimeout(next.timer);
    next.admit();
  };
  const place = (): (() => void) => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      giveBack();
    };
  };
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(place());
      }
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          admit: () => {
            resolve(place());
          },
          timer: setTimeout(() => {
            line.delete(waiting);
            reject(fhirError('SERVER_BUSY', {}, { retryAfter: 1 }));
          }, timeoutMs),
        };
        line.add(waiting);
      });
    },
  };
}
