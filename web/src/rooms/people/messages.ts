import { messages } from "../../language.svelte";

/** Words of the room in which accounts are kept. */
export const words = messages({
  en: {
    room: "People", help: "Accounts and roles. Whoever administers them sees no case data.", add: "Add an account", edit: "Edit", editOf: (name: string) => `Edit ${name}`, person: "Person", account: "Account", roles: "Roles", desks: "Desks", factors: "Second factor", stateWord: "State", enabled: "may sign in", disabled: "disabled", delayed: "not heard until",
    unlock: "Unlock", unlocked: "The account is heard again.", reset: "Reset second factor", resetHelp: (name: string) => `Removes the second factor, recovery codes and passkeys of ${name}, and ends their sessions: for a device that is lost. Make sure who asks for it.`, wasReset: "The second factor is removed.", cancel: "Cancel",
    newPassword: "New password (empty: stays)", firstPassword: "First password", disable: "Refuse sign-in", editHelp: "A new password, or refusing sign-in, ends the account's sessions.", keep: "Keep", kept: "Kept.", singleSignOn: "Single sign-on",
  },
  fr: {
    room: "Personnes", help: "Comptes et rôles. Qui les administre ne voit aucune donnée de dossier.", add: "Ajouter un compte", edit: "Modifier", editOf: (name: string) => `Modifier ${name}`, person: "Personne", account: "Compte", roles: "Rôles", desks: "Bureaux", factors: "Second facteur", stateWord: "État", enabled: "peut se connecter", disabled: "désactivé", delayed: "sans effet jusqu’au",
    unlock: "Débloquer", unlocked: "Le compte est de nouveau accepté.", reset: "Réinitialiser le second facteur", resetHelp: (name: string) => `Retire le second facteur, les codes de secours et les clés d’accès de ${name}, et met fin à ses sessions : pour un appareil perdu. Assurez-vous de qui le demande.`, wasReset: "Le second facteur est retiré.", cancel: "Annuler",
    newPassword: "Nouveau mot de passe (vide : inchangé)", firstPassword: "Premier mot de passe", disable: "Refuser la connexion", editHelp: "Un nouveau mot de passe, ou le refus de connexion, met fin aux sessions du compte.", keep: "Enregistrer", kept: "Enregistré.", singleSignOn: "Authentification unique",
  },
  de: {
    room: "Personen", help: "Konten und Rollen. Wer sie verwaltet, sieht keine Falldaten.", add: "Konto anlegen", edit: "Bearbeiten", editOf: (name: string) => `${name} bearbeiten`, person: "Person", account: "Konto", roles: "Rollen", desks: "Fachtische", factors: "Zweiter Faktor", stateWord: "Stand", enabled: "darf sich anmelden", disabled: "gesperrt", delayed: "nicht gehört bis",
    unlock: "Entsperren", unlocked: "Das Konto wird wieder gehört.", reset: "Zweiten Faktor zurücksetzen", resetHelp: (name: string) => `Entfernt zweiten Faktor, Wiederherstellungscodes und Passkeys von ${name} und beendet die Sitzungen: bei verlorenem Gerät. Vergewissern Sie sich, wer darum bittet.`, wasReset: "Der zweite Faktor ist entfernt.", cancel: "Abbrechen",
    newPassword: "Neues Passwort (leer: bleibt)", firstPassword: "Erstes Passwort", disable: "Anmeldung verweigern", editHelp: "Ein neues Passwort oder das Verweigern der Anmeldung beendet die Sitzungen des Kontos.", keep: "Sichern", kept: "Gesichert.", singleSignOn: "Einmalanmeldung",
  },
});
