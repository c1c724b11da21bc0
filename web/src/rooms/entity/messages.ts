import { messages } from "../../language.svelte";

type Named = Readonly<Record<string, string>>;

function or(named: Named, code: string): string {
  return named[code] ?? code.replaceAll("_", " ");
}

const KINDS = {
  en: { company: "company", person: "person", vessel: "vessel", asset: "asset", ownership: "ownership", arrangement: "arrangement", "public-body": "public body", organisation: "organisation", party: "party", aircraft: "aircraft", listing: "listing", directorship: "directorship", association: "association" },
  fr: { company: "société", person: "personne", vessel: "navire", asset: "installation", ownership: "participation", arrangement: "construction juridique", "public-body": "organisme public", organisation: "organisation", party: "partie", aircraft: "aéronef", listing: "inscription", directorship: "mandat de direction", association: "lien" },
  de: { company: "Unternehmen", person: "Person", vessel: "Schiff", asset: "Anlage", ownership: "Beteiligung", arrangement: "Rechtsgestaltung", "public-body": "öffentliche Stelle", organisation: "Organisation", party: "Partei", aircraft: "Luftfahrzeug", listing: "Listung", directorship: "Leitungsamt", association: "Verbindung" },
} as const;

const ROLES = {
  en: { owner: "owner", owned: "owned" },
  fr: { owner: "détenteur", owned: "détenu" },
  de: { owner: "Eigentümer", owned: "Beteiligungsziel" },
} as const;

const PROPERTIES = {
  en: { name: "name", lei: "LEI", company_number: "company number", country: "country", founded_on: "founded on", dissolved_on: "dissolved on", birth_date: "birth date", nationality: "nationality", imo: "IMO number", mmsi: "MMSI", call_sign: "call sign", flag: "flag", ship_type: "ship type", length: "length", code: "code", share: "share", share_minimum: "least share", share_maximum: "greatest share", interest: "kind of interest", directness: "directness", political_exposure: "public function" },
  fr: { name: "nom", lei: "LEI", company_number: "numéro de société", country: "pays", founded_on: "fondé le", dissolved_on: "dissous le", birth_date: "date de naissance", nationality: "nationalité", imo: "numéro OMI", mmsi: "MMSI", call_sign: "indicatif", flag: "pavillon", ship_type: "type de navire", length: "longueur", code: "code", share: "part", share_minimum: "part minimale", share_maximum: "part maximale", interest: "nature de l’intérêt", directness: "caractère direct", political_exposure: "fonction publique" },
  de: { name: "Name", lei: "LEI", company_number: "Registernummer", country: "Land", founded_on: "gegründet am", dissolved_on: "aufgelöst am", birth_date: "Geburtsdatum", nationality: "Staatsangehörigkeit", imo: "IMO-Nummer", mmsi: "MMSI", call_sign: "Rufzeichen", flag: "Flagge", ship_type: "Schiffstyp", length: "Länge", code: "Kennung", share: "Anteil", share_minimum: "kleinster Anteil", share_maximum: "größter Anteil", interest: "Art der Beteiligung", directness: "unmittelbar oder mittelbar", political_exposure: "öffentliches Amt" },
} as const;

/** Words of entities and of the search. */
export const words = messages({
  en: {
    room: "Entities", searchLabel: "Search", searchHint: "Name, identifier, finding …", searchHelp: "Two characters or more. What is found is journaled.",
    found: (count: string) => `${count} found`, entities: "Entities", findings: "Findings", leads: "Leads and campaigns", lead: "Lead", campaign: "Campaign",
    kind: (code: string) => or(KINDS.en, code), role: (code: string) => or(ROLES.en, code), property: (code: string) => or(PROPERTIES.en, code), ended: "ended",
    states: { open: "open", confirmed: "confirmed", dismissed: "dismissed", superseded: "superseded", recalled: "recalled" } as Named,
    joinedBy: (count: string) => `One thing, because ${count} statements give these ids the same identifier.`,
    statements: "What sources say", propertyName: "Property", value: "Value", source: "Source", date: "Date", evaluation: "Evaluation", handling: "Handling",
    evaluationHelp: "Source A to X, information 1 to 4 (Europol 4x4)", valid: "holds", showEnded: (count: string) => `Also ${count} that ended`, showAll: (count: string) => `Show all ${count}`, isProtected: "protected",
    assessments: { fact: "fact", assessment: "assessment" } as Named, categories: { suspect: "suspect", convicted: "convicted", victim: "victim", other: "other person" } as Named,
    ownership: "Ownership", noOwnership: "No register that you may see knows holdings of this entity.", ownershipLabel: (nodes: string, edges: string) => `${nodes} entities and ${edges} holdings in layers, owners above. The list below says the same.`,
    proof: "Proof path from", asList: "As a list", holds: (share: string) => `holds ${share} of`, restsOn: (count: string) => `${count} statements`, onProof: "on the proof path", hub: "holds so much that the rest is not listed", truncated: "A limit cut this short.",
    relations: "Relations", noRelations: "No source that you may see names a relation.", as: "As", other: "With", details: "Details", notNamed: "not named",
    cases: "Cases it is in", noCases: "No case that you may see holds a finding about it.", caseStates: { open: "open", closed: "closed" } as Named, noFindings: "No finding that you may see names it.", receivedBy: "Who received something about it", nobodyReceived: "No partner received anything about it.", aFinding: "finding", aStatement: "statement", preAuthorised: "pre-authorised", recalled: "recalled",
    perhapsSame: "Perhaps the same", nothingResembles: "Nothing else that you may see shares an identifier or the name.", sameName: (name: string) => `same name: ${name}`, sameIdentifier: (identifier: string) => `same identifier: ${identifier}`, judgedApart: "judged not the same",
    isSame: "Same …", isNotSame: "Not the same …", judgements: "Log of judgements", verdicts: { same: "The same", not_same: "Not the same", withdrawn: "Withdrawn" }, withdraw: "Withdraw …",
    mergeTitles: { same: "These are the same", not_same: "These are not the same", withdrawn: "Withdraw the judgement" }, mergeButtons: { same: "Judge the same", not_same: "Judge not the same", withdrawn: "Withdraw" },
    now: "One thing now", then: "One thing then", noEffect: "This changes nothing at present: identifiers say so already, or hold it apart.", why: "Why", mergeHelp: "Ids are never rewritten. A judgement is an entry of a log and can be withdrawn at any time; leads are computed again.", cancel: "Cancel",
    judgedNow: "Judged", withdrawnNow: "Withdrawn: everything is as it was before", undone: "Taken back at once",
  },
  fr: {
    room: "Entités", searchLabel: "Rechercher", searchHint: "Nom, identifiant, constat …", searchHelp: "Deux caractères au moins. Ce qui est trouvé est inscrit au journal.",
    found: (count: string) => `${count} trouvés`, entities: "Entités", findings: "Constats", leads: "Pistes et campagnes", lead: "Piste", campaign: "Campagne",
    kind: (code: string) => or(KINDS.fr, code), role: (code: string) => or(ROLES.fr, code), property: (code: string) => or(PROPERTIES.fr, code), ended: "terminé",
    states: { open: "ouvert", confirmed: "confirmé", dismissed: "écarté", superseded: "remplacé", recalled: "rappelé" } as Named,
    joinedBy: (count: string) => `Une seule chose, parce que ${count} déclarations donnent à ces identifiants le même numéro.`,
    statements: "Ce que disent les sources", propertyName: "Propriété", value: "Valeur", source: "Source", date: "Date", evaluation: "Évaluation", handling: "Traitement",
    evaluationHelp: "Source A à X, information 1 à 4 (4x4 d’Europol)", valid: "vaut", showEnded: (count: string) => `Aussi ${count} terminées`, showAll: (count: string) => `Afficher les ${count}`, isProtected: "protégé",
    assessments: { fact: "fait", assessment: "appréciation" } as Named, categories: { suspect: "suspect", convicted: "condamné", victim: "victime", other: "autre personne" } as Named,
    ownership: "Propriété", noOwnership: "Aucun registre que vous puissiez consulter ne connaît de participations de cette entité.", ownershipLabel: (nodes: string, edges: string) => `${nodes} entités et ${edges} participations par niveaux, les détenteurs en haut. La liste ci-dessous dit la même chose.`,
    proof: "Chemin de preuve depuis", asList: "En liste", holds: (share: string) => `détient ${share} de`, restsOn: (count: string) => `${count} déclarations`, onProof: "sur le chemin de preuve", hub: "détient tant de parts que le reste n’est pas énuméré", truncated: "Une limite a abrégé ceci.",
    relations: "Relations", noRelations: "Aucune source que vous puissiez consulter ne nomme de relation.", as: "En tant que", other: "Avec", details: "Détails", notNamed: "non nommé",
    cases: "Dossiers où elle figure", noCases: "Aucun dossier que vous puissiez consulter ne contient de constat à son sujet.", caseStates: { open: "ouvert", closed: "clos" } as Named, noFindings: "Aucun constat que vous puissiez consulter ne la nomme.", receivedBy: "Qui a reçu quelque chose à son sujet", nobodyReceived: "Aucun partenaire n’a rien reçu à son sujet.", aFinding: "constat", aStatement: "déclaration", preAuthorised: "préautorisé", recalled: "rappelé",
    perhapsSame: "Peut-être la même", nothingResembles: "Rien d’autre que vous puissiez consulter n’a le même identifiant ou le même nom.", sameName: (name: string) => `même nom : ${name}`, sameIdentifier: (identifier: string) => `même identifiant : ${identifier}`, judgedApart: "jugée différente",
    isSame: "La même …", isNotSame: "Pas la même …", judgements: "Journal des jugements", verdicts: { same: "La même", not_same: "Pas la même", withdrawn: "Retiré" }, withdraw: "Retirer …",
    mergeTitles: { same: "C’est la même chose", not_same: "Ce n’est pas la même chose", withdrawn: "Retirer le jugement" }, mergeButtons: { same: "Juger identiques", not_same: "Juger différentes", withdrawn: "Retirer" },
    now: "Une seule chose à présent", then: "Une seule chose ensuite", noEffect: "Cela ne change rien à présent : des identifiants le disent déjà, ou s’y opposent.", why: "Pourquoi", mergeHelp: "Les identifiants ne sont jamais réécrits. Un jugement est une entrée d’un journal et peut être retiré à tout moment ; les pistes sont recalculées.", cancel: "Annuler",
    judgedNow: "Jugé", withdrawnNow: "Retiré : tout est comme avant", undone: "Retiré aussitôt",
  },
  de: {
    room: "Beteiligte und Dinge", searchLabel: "Suchen", searchHint: "Name, Kennung, Befund …", searchHelp: "Mindestens zwei Zeichen. Was gefunden wird, wird protokolliert.",
    found: (count: string) => `${count} gefunden`, entities: "Beteiligte und Dinge", findings: "Befunde", leads: "Spuren und Kampagnen", lead: "Spur", campaign: "Kampagne",
    kind: (code: string) => or(KINDS.de, code), role: (code: string) => or(ROLES.de, code), property: (code: string) => or(PROPERTIES.de, code), ended: "beendet",
    states: { open: "offen", confirmed: "bestätigt", dismissed: "verworfen", superseded: "abgelöst", recalled: "zurückgerufen" } as Named,
    joinedBy: (count: string) => `Ein und dasselbe, weil ${count} Angaben diesen Kennungen dieselbe Nummer geben.`,
    statements: "Was Quellen sagen", propertyName: "Eigenschaft", value: "Wert", source: "Quelle", date: "Datum", evaluation: "Bewertung", handling: "Behandlung",
    evaluationHelp: "Quelle A bis X, Information 1 bis 4 (Europol 4x4)", valid: "gilt", showEnded: (count: string) => `Auch ${count} beendete`, showAll: (count: string) => `Alle ${count} zeigen`, isProtected: "geschützt",
    assessments: { fact: "Tatsache", assessment: "Einschätzung" } as Named, categories: { suspect: "verdächtig", convicted: "verurteilt", victim: "Opfer", other: "andere Person" } as Named,
    ownership: "Eigentum", noOwnership: "Kein Register, das Sie sehen dürfen, kennt Beteiligungen hierzu.", ownershipLabel: (nodes: string, edges: string) => `${nodes} Beteiligte und ${edges} Beteiligungen in Ebenen, Eigentümer oben. Die Liste darunter sagt dasselbe.`,
    proof: "Beweisweg von", asList: "Als Liste", holds: (share: string) => `hält ${share} von`, restsOn: (count: string) => `${count} Angaben`, onProof: "auf dem Beweisweg", hub: "hält so viel, dass der Rest nicht aufgeführt ist", truncated: "Eine Grenze hat dies abgeschnitten.",
    relations: "Beziehungen", noRelations: "Keine Quelle, die Sie sehen dürfen, nennt eine Beziehung.", as: "Als", other: "Mit", details: "Einzelheiten", notNamed: "nicht genannt",
    cases: "Fälle, in denen dies vorkommt", noCases: "Kein Fall, den Sie sehen dürfen, enthält einen Befund dazu.", caseStates: { open: "offen", closed: "geschlossen" } as Named, noFindings: "Kein Befund, den Sie sehen dürfen, nennt dies.", receivedBy: "Wer etwas dazu erhalten hat", nobodyReceived: "Kein Partner hat etwas dazu erhalten.", aFinding: "Befund", aStatement: "Angabe", preAuthorised: "vorab genehmigt", recalled: "zurückgerufen",
    perhapsSame: "Vielleicht dasselbe", nothingResembles: "Nichts anderes, das Sie sehen dürfen, hat dieselbe Kennung oder denselben Namen.", sameName: (name: string) => `gleicher Name: ${name}`, sameIdentifier: (identifier: string) => `gleiche Kennung: ${identifier}`, judgedApart: "als verschieden beurteilt",
    isSame: "Dasselbe …", isNotSame: "Nicht dasselbe …", judgements: "Protokoll der Urteile", verdicts: { same: "Dasselbe", not_same: "Nicht dasselbe", withdrawn: "Zurückgenommen" }, withdraw: "Zurücknehmen …",
    mergeTitles: { same: "Dies ist dasselbe", not_same: "Dies ist nicht dasselbe", withdrawn: "Das Urteil zurücknehmen" }, mergeButtons: { same: "Als dasselbe beurteilen", not_same: "Als verschieden beurteilen", withdrawn: "Zurücknehmen" },
    now: "Jetzt ein und dasselbe", then: "Dann ein und dasselbe", noEffect: "Das ändert derzeit nichts: Kennungen sagen es schon, oder halten es getrennt.", why: "Warum", mergeHelp: "Kennungen werden nie umgeschrieben. Ein Urteil ist ein Eintrag in einem Protokoll und kann jederzeit zurückgenommen werden; Spuren werden neu berechnet.", cancel: "Abbrechen",
    judgedNow: "Beurteilt", withdrawnNow: "Zurückgenommen: alles ist wie zuvor", undone: "Sofort zurückgenommen",
  },
});
