import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { instant } from '../storage/instant.ts';
import type { Binding } from './binding-token.ts';
import type { PendingEvent } from './events.ts';
import { eventBundle, statusBundle, type TextOfEvent } from './notification.ts';

/** Bindings of one socket. */
const MAX_BINDINGS = 100;

/** Bytes that may wait for a client which reads slowly; above, it is disconnected. */
const MAX_BUFFERED = 4_194_304;

/** Events and messages of the client that may wait at one socket. */
const MAX_WAITING = 1_000;

/** What sessions work with. */
export interface SessionOptions {
  readonly clock: Clock;
  /** @returns undefined for a token that binds nothing */
  readonly readToken: (token: string) => Binding | undefined;
  /** True if the Subscription is there, active and of a WebSocket. */
  readonly canBind: (binding: Binding) => Promise<boolean>;
  /** What the binding may see, without text where the channel has no payload; undefined: nothing is told. */
  readonly contentFor: (binding: Binding, event: PendingEvent) => Promise<TextOfEvent | undefined>;
  /** Told when the last socket of this session leaves a Subscription. */
  readonly left: (subscription: string) => void;
  readonly onError: (error: unknown) => void;
}

/** One connected client, as Medplum's clients speak. @see https://www.medplum.com/docs/subscriptions/websocket-subscriptions */
export class SocketSession {
  readonly #socket: WebSocket;
  readonly #options: SessionOptions;
  readonly #bindings = new Map<string, Binding>();
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(socket: WebSocket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** True while something is bound. */
  get bound(): boolean {
    return this.#bindings.size > 0;
  }

  has(subscription: string): boolean {
    return this.#bindings.has(subscription);
  }

  /** Takes a message of the client; what is none of the protocol ends the connection. */
  receive(text: string): void {
    // What comes after the end was decided is not looked at: a client may go on sending for a while.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const message = readMessage(text);
    if (message === undefined) {
      this.#socket.close(1008, 'unknown message');
    } else if (message.type === 'ping') {
      this.#send('{"type":"pong"}');
    } else if (this.#waiting >= MAX_WAITING) {
      this.#socket.close(1013, 'too many messages');
    } else {
      const { type, token } = message;
      this.#enqueue(() => (type === 'bind-with-token' ? this.#bind(token) : this.#unbind(token)));
    }
  }

  /** Tells of an event, after all that came before it. */
  tell(subscription: string, event: PendingEvent): void {
    if (!this.#bindings.has(subscription)) return;
    if (this.#waiting >= MAX_WAITING) {
      this.#socket.close(1013, 'too many events');
      return;
    }
    this.#enqueue(async () => {
      const binding = this.#current(subscription);
      if (binding === undefined) return;
      const content = await this.#options.contentFor(binding, event);
      if (content === undefined) return;
      this.#send(eventBundle(this.#head(subscription), event, content));
    });
  }

  /** Shows that the connection lives, and ends bindings whose tokens have expired. */
  heartbeat(): void {
    for (const subscription of [...this.#bindings.keys()]) {
      if (this.#current(subscription) !== undefined)
        this.#send(statusBundle('heartbeat', this.#head(subscription)));
    }
  }

  /** The connection is gone. */
  ended(): void {
    for (const subscription of this.#bindings.keys()) this.#options.left(subscription);
    this.#bindings.clear();
  }

  async #bind(token: string): Promise<void> {
    const binding = this.#options.readToken(token);
    if (
      binding === undefined ||
      (this.#bindings.size >= MAX_BINDINGS && !this.#bindings.has(binding.subscription)) ||
      !(await this.#options.canBind(binding))
    ) {
      this.#socket.close(1008, 'the token binds nothing');
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#bindings.set(binding.subscription, binding);
    this.#send(statusBundle('handshake', this.#head(binding.subscription)));
  }

  async #unbind(token: string): Promise<void> {
    await Promise.resolve();
    const binding = this.#options.readToken(token);
    if (binding === undefined || !this.#bindings.delete(binding.subscription)) return;
    this.#options.left(binding.subscription);
  }

  #current(subscription: string): Binding | undefined {
    const binding = this.#bindings.get(subscription);
    if (binding === undefined || binding.expires > this.#options.clock.now()) return binding;
    this.#bindings.delete(subscription);
    this.#options.left(subscription);
    return undefined;
  }

  #head(subscription: string) {
    return { subscription, timestamp: instant(this.#options.clock) };
  }

  #enqueue(work: () => Promise<void>): void {
    this.#waiting += 1;
    this.#work = this.#work
      .then(work)
      .catch(this.#options.onError)
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED) this.#socket.close(1013, 'too slow');
    else this.#socket.send(text);
  }
}

type Message =
  | { readonly type: 'ping' }
  | { readonly type: 'bind-with-token' | 'unbind-from-token'; readonly token: string };

function readMessage(text: string): Message | undefined {
  let message: { readonly type?: unknown; readonly payload?: { readonly token?: unknown } } | null;
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return undefined;
  }
  const type = message?.type;
  if (type === 'ping') return { type };
  const token = message?.payload?.token;
  if ((type === 'bind-with-token' || type === 'unbind-from-token') && typeof token === 'string')
    return { type, token };
  return undefined;
}
