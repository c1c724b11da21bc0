import { messages } from "../../language.svelte";

type Names = Readonly<Record<string, string>>;

/** Words of one's own account, and names of roles. */
export const words = messages({
  en: {
    room: "Your account", account: "Account", roles: "Roles", keptHere: "Language and appearance are kept in this browser only.", cancel: "Cancel",
    roleNames: { analyst: "Analyst", supervisor: "Supervisor", releaser: "Releaser", "data-protection-officer": "Data-protection officer", auditor: "Auditor", administrator: "Administrator", operator: "Operator" } as Names,
    password: "Password", passwordHelp: "At least 15 characters. Your other sessions end.", present: "Present password", fresh: "New password", again: "New password again", differs: "Both must be the same.", change: "Change", passwordChanged: "The password is changed; other sessions ended.",
    app: "Authenticator app", enrolled: "enrolled", notEnrolled: "not enrolled", appHelp: "A second factor: a code that changes every half minute.", enrol: "Enrol", secretHelp: "Type this into your authenticator app. It is shown only now.", address: "As an address for the app", firstCode: "Its first code", confirm: "Confirm",
    codesHelp: "Recovery codes: each signs in once in place of a code. They are shown only now.", codesKept: "I keep them safe", lostHelp: "If the device is lost, sign in with a recovery code or ask an administrator to reset it.",
    passkeys: "Passkeys", passkeysHelp: "Sign in with this device or a security key, without a password.", passkeyName: "Name of a new passkey", register: "Register", noPasskeyMade: "No passkey was made.", passkeyRegistered: "The passkey is registered.", passkeyRemoved: "The passkey is removed.", registered: "registered", lastUsed: "last used", remove: "Remove", removePasskey: (name: string) => `Remove the passkey ${name}`,
    sessions: "Your sessions", openedWith: "Opened with", openedAt: "Opened", usedAt: "Last used", expiresAt: "Ends at the latest", thisOne: "this one", endSession: "End", sessionEnded: "The session has ended.",
    proofs: { password: "Password", password_and_code: "Password and code", password_and_recovery_code: "Password and recovery code", passkey: "Passkey", single_sign_on: "Single sign-on", single_sign_on_with_factors: "Single sign-on with factors" } as Names,
  },
  fr: {
    room: "Votre compte", account: "Compte", roles: "Rôles", keptHere: "La langue et l’apparence ne sont conservées que dans ce navigateur.", cancel: "Annuler",
    roleNames: { analyst: "Analyste", supervisor: "Superviseur", releaser: "Habilité à communiquer", "data-protection-officer": "Délégué à la protection des données", auditor: "Auditeur", administrator: "Administrateur", operator: "Opérateur" } as Names,
    password: "Mot de passe", passwordHelp: "Au moins 15 caractères. Vos autres sessions prennent fin.", present: "Mot de passe actuel", fresh: "Nouveau mot de passe", again: "Nouveau mot de passe, encore une fois", differs: "Les deux doivent être identiques.", change: "Modifier", passwordChanged: "Le mot de passe est modifié ; les autres sessions ont pris fin.",
    app: "Application d’authentification", enrolled: "enregistrée", notEnrolled: "non enregistrée", appHelp: "Un second facteur : un code qui change toutes les trente secondes.", enrol: "Enregistrer", secretHelp: "Saisissez ceci dans votre application d’authentification. Affiché une seule fois.", address: "Sous forme d’adresse pour l’application", firstCode: "Son premier code", confirm: "Confirmer",
    codesHelp: "Codes de secours : chacun remplace un code une seule fois. Affichés une seule fois.", codesKept: "Je les conserve en lieu sûr", lostHelp: "Si l’appareil est perdu, utilisez un code de secours ou demandez une réinitialisation à l’administrateur.",
    passkeys: "Clés d’accès", passkeysHelp: "Connectez-vous avec cet appareil ou une clé de sécurité, sans mot de passe.", passkeyName: "Nom d’une nouvelle clé d’accès", register: "Enregistrer", noPasskeyMade: "Aucune clé d’accès n’a été créée.", passkeyRegistered: "La clé d’accès est enregistrée.", passkeyRemoved: "La clé d’accès est retirée.", registered: "enregistrée", lastUsed: "dernière utilisation", remove: "Retirer", removePasskey: (name: string) => `Retirer la clé d’accès ${name}`,
    sessions: "Vos sessions", openedWith: "Ouverte par", openedAt: "Ouverte", usedAt: "Dernière utilisation", expiresAt: "Fin au plus tard", thisOne: "celle-ci", endSession: "Mettre fin", sessionEnded: "La session a pris fin.",
    proofs: { password: "Mot de passe", password_and_code: "Mot de passe et code", password_and_recovery_code: "Mot de passe et code de secours", passkey: "Clé d’accès", single_sign_on: "Authentification unique", single_sign_on_with_factors: "Authentification unique avec facteurs" } as Names,
  },
  de: {
    room: "Ihr Konto", account: "Konto", roles: "Rollen", keptHere: "Sprache und Darstellung bleiben nur in diesem Browser.", cancel: "Abbrechen",
    roleNames: { analyst: "Analyse", supervisor: "Leitung", releaser: "Freigabe", "data-protection-officer": "Datenschutz", auditor: "Prüfung", administrator: "Verwaltung", operator: "Betrieb" } as Names,
    password: "Passwort", passwordHelp: "Mindestens 15 Zeichen. Ihre anderen Sitzungen enden.", present: "Jetziges Passwort", fresh: "Neues Passwort", again: "Neues Passwort noch einmal", differs: "Beide müssen gleich sein.", change: "Ändern", passwordChanged: "Das Passwort ist geändert; andere Sitzungen sind beendet.",
    app: "Authenticator-App", enrolled: "eingerichtet", notEnrolled: "nicht eingerichtet", appHelp: "Ein zweiter Faktor: ein Code, der alle halbe Minute wechselt.", enrol: "Einrichten", secretHelp: "Tippen Sie dies in Ihre Authenticator-App. Es wird nur jetzt gezeigt.", address: "Als Adresse für die App", firstCode: "Ihr erster Code", confirm: "Bestätigen",
    codesHelp: "Wiederherstellungscodes: Jeder ersetzt einmal einen Code. Sie werden nur jetzt gezeigt.", codesKept: "Ich verwahre sie sicher", lostHelp: "Ist das Gerät verloren, melden Sie sich mit einem Wiederherstellungscode an oder bitten Sie die Verwaltung um Zurücksetzen.",
    passkeys: "Passkeys", passkeysHelp: "Anmelden mit diesem Gerät oder einem Sicherheitsschlüssel, ohne Passwort.", passkeyName: "Name eines neuen Passkeys", register: "Registrieren", noPasskeyMade: "Es wurde kein Passkey erstellt.", passkeyRegistered: "Der Passkey ist registriert.", passkeyRemoved: "Der Passkey ist entfernt.", registered: "registriert", lastUsed: "zuletzt benutzt", remove: "Entfernen", removePasskey: (name: string) => `Passkey ${name} entfernen`,
    sessions: "Ihre Sitzungen", openedWith: "Geöffnet mit", openedAt: "Geöffnet", usedAt: "Zuletzt benutzt", expiresAt: "Endet spätestens", thisOne: "diese", endSession: "Beenden", sessionEnded: "Die Sitzung ist beendet.",
    proofs: { password: "Passwort", password_and_code: "Passwort und Code", password_and_recovery_code: "Passwort und Wiederherstellungscode", passkey: "Passkey", single_sign_on: "Einmalanmeldung", single_sign_on_with_factors: "Einmalanmeldung mit Faktoren" } as Names,
  },
});
