import type { Deed } from '../access-log/deed.ts';

/** The two ways to tell of a deed; `{who}` and `{what}` are replaced, and the forms of the verb that go with who. */
export interface DeedWords {
  readonly done: string;
  /** What was refused, or did not work; a sentence that says so follows. */
  readonly tried: string;
}

/** All words of the plain access log in one language. */
export interface Words {
  /** BCP 47. */
  readonly language: string;
  readonly deeds: Readonly<Record<Deed, DeedWords>>;
  /** What `{has}` and `{wanted}` are, for the reader themself and for others. */
  readonly verbs: {
    readonly self: Readonly<Record<'has' | 'wanted', string>>;
    readonly other: Readonly<Record<'has' | 'wanted', string>>;
  };
  /** Who the reader is, and the patient where somebody else reads. */
  readonly self: string;
  readonly patient: string;
  readonly somebody: string;
  /** By name of the AccessPolicy. */
  readonly roles: Readonly<Record<string, string>>;
  /** By type of the identity, where the role has no word. */
  readonly identities: Readonly<Record<string, string>>;
  readonly staff: string;
  readonly organization: string;
  /** Kinds of data, by resource type. */
  readonly types: Readonly<Record<string, string>>;
  readonly anything: string;
  readonly and: string;
  /** By code of v3-ActReason. */
  readonly purposes: Readonly<Record<string, string>>;
  readonly purpose: string;
  readonly refused: string;
  readonly failed: string;
}
