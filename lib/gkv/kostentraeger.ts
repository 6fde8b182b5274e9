/** How the insurer takes invoices: 1 interface, 2 e-mail, 3 post. Verification always uses the interface. */
export type Versandart = 1 | 2 | 3;

/** An entry of the Kostentraeger-Mappingverzeichnis. @see EDRE0-MVZ_3.0.0.xsd */
export interface Kostentraeger {
  /** xs:ID of the entry in its file. */
  readonly nummer?: string;
  /** The first two characters of the insurer's activation codes. */
  readonly kostentraegerkuerzel: string;
  /** IK of the insurer: `IK_Krankenkasse` and receiver of the request, by default the buyer of the invoice. */
  readonly kostentraegerkennung: string;
  readonly name: string;
  /** Invoice recipient under the Umsatzsteuergesetz. */
  readonly ikRechnungsempfaenger?: string;
  /** Technical clearing point: `ikempfaenger` of the transport and owner of the encryption certificate. */
  readonly ikAbrechnungsstelle: string;
  readonly nameKommunikationsstelle?: string;
  /** As written in the directory: a host, often with a path, no scheme; the transport makes the address of it. */
  readonly endpunkt: string;
  readonly versandart: Versandart;
  readonly email?: string;
  readonly postalischeZusaetze?: string;
  readonly strassePostfach?: string;
  readonly hausnummerPostfachnummer?: string;
  readonly plz?: string;
  readonly ort?: string;
  readonly technischTelefon?: string;
  readonly technischEmail?: string;
  readonly insolvenz: boolean;
  /** First day `YYYY-MM-DD`. */
  readonly gueltigAb?: string;
  /** Last day `YYYY-MM-DD`, inclusive. */
  readonly gueltigBis?: string;
  /** Prefix of the insurer that took over. */
  readonly nachfolgeKostentraegerkuerzel?: string;
}

/** What was wrong with an entry. `BROKEN` entries are left out; every other warning leaves the entry in. */
export interface VerzeichnisWarnung {
  readonly code:
    | 'BROKEN'
    | 'NOT_WELL_FORMED'
    | 'MISSING'
    | 'VALUE'
    | 'LENGTH'
    | 'IK_CHECK_DIGIT'
    | 'NACHFOLGE_MISSING'
    | 'DUPLICATE'
    | 'NAMESPACE';
  /** Place in the file, counted from 1; 0 for the file as a whole. */
  readonly entry: number;
  /** Element or attribute of the schema. */
  readonly field?: string;
}

/** A directory as it was read. */
export interface KostentraegerVerzeichnis {
  readonly eintraege: readonly Kostentraeger[];
  readonly warnungen: readonly VerzeichnisWarnung[];
  /** Entries that the file has, usable or not. */
  readonly gelesen: number;
}
