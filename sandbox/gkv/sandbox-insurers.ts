import { completeIk } from './check-digit.ts';

/** A clearing point (Abrechnungsstelle): one endpoint and one certificate for several insurers. */
export interface Abrechnungsstelle {
  /** Path below the sandbox, without slashes; also the name of its key files. */
  readonly path: string;
  readonly name: string;
  readonly ik: string;
}

/** An insurer of the sandbox's directory. */
export interface Krankenkasse {
  readonly kostentraegerkuerzel: string;
  readonly kostentraegerkennung: string;
  readonly name: string;
  readonly abrechnungsstelle: Abrechnungsstelle;
  /** 1 interface, 2 e-mail, 3 post. */
  readonly versandart: '1' | '2' | '3';
  readonly gueltigBis?: string;
  readonly nachfolger?: string;
}

const ersatzkasse: Abrechnungsstelle = {
  path: 'ersatzkasse',
  name: 'Sandbox Abrechnungsstelle Ersatzkasse',
  ik: completeIk('66999901'),
};
const rechenzentrum: Abrechnungsstelle = {
  path: 'rechenzentrum',
  name: 'Sandbox Rechenzentrum',
  ik: completeIk('66999902'),
};

/** Every clearing point. */
export const abrechnungsstellen: readonly Abrechnungsstelle[] = [ersatzkasse, rechenzentrum];

/** Every insurer. The prefix 77 of the official test codes belongs to none, as in the published directory. */
export const krankenkassen: readonly Krankenkasse[] = [
  {
    kostentraegerkuerzel: 'SA',
    kostentraegerkennung: completeIk('10999901'),
    name: 'Sandbox Ersatzkasse',
    abrechnungsstelle: ersatzkasse,
    versandart: '1',
  },
  {
    kostentraegerkuerzel: 'SB',
    kostentraegerkennung: completeIk('10999902'),
    name: 'Sandbox Betriebskrankenkasse',
    abrechnungsstelle: rechenzentrum,
    versandart: '1',
  },
  {
    kostentraegerkuerzel: 'SC',
    kostentraegerkennung: completeIk('10999903'),
    name: 'Sandbox Ortskrankenkasse',
    abrechnungsstelle: rechenzentrum,
    versandart: '1',
  },
  {
    kostentraegerkuerzel: 'SD',
    kostentraegerkennung: completeIk('10999904'),
    name: 'Sandbox Krankenkasse mit Postversand',
    abrechnungsstelle: rechenzentrum,
    versandart: '3',
  },
  {
    kostentraegerkuerzel: 'SE',
    kostentraegerkennung: completeIk('10999905'),
    name: 'Sandbox Krankenkasse (aufgegangen in Sandbox Ersatzkasse)',
    abrechnungsstelle: ersatzkasse,
    versandart: '1',
    gueltigBis: '2024-12-31',
    nachfolger: 'SA',
  },
];

/** Prefixes whose codes an insurer answers for: its own and those of insurers it has succeeded. */
export function prefixesOf(krankenkasse: Krankenkasse): readonly string[] {
  return krankenkassen
    .filter(
      (other) => other === krankenkasse || other.nachfolger === krankenkasse.kostentraegerkuerzel,
    )
    .map((other) => other.kostentraegerkuerzel);
}
