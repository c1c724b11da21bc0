import { messages } from "../language.svelte";

/** Words of the shared parts. */
export const words = messages({
  en: {
    close: "Close", cancel: "Cancel", retry: "Try again", all: "Show all", less: "Show less", undo: "Undo", dismiss: "Dismiss", loading: "Loading …",
    marking: "Marking", failed: "This did not work", characters: (count: string) => `${count} characters`,
    purposeTitle: "For what do you work?",
    purposeWhy: "Said once, journaled, and carried by everything you do after it.",
    purposeCase: (id: string) => `This is about case ${id}.`,
    purpose: "Purpose", basis: "Legal basis", goOn: "Go on",
  },
  fr: {
    close: "Fermer", cancel: "Annuler", retry: "Réessayer", all: "Tout afficher", less: "Réduire", undo: "Annuler l’action", dismiss: "Ignorer", loading: "Chargement …",
    marking: "Marquage", failed: "L’opération a échoué", characters: (count: string) => `${count} caractères`,
    purposeTitle: "À quelle fin travaillez-vous ?",
    purposeWhy: "Indiquée une fois, inscrite au journal et attachée à tout ce que vous faites ensuite.",
    purposeCase: (id: string) => `Il s’agit du dossier ${id}.`,
    purpose: "Finalité", basis: "Base juridique", goOn: "Continuer",
  },
  de: {
    close: "Schließen", cancel: "Abbrechen", retry: "Erneut versuchen", all: "Alles zeigen", less: "Weniger zeigen", undo: "Rückgängig", dismiss: "Ausblenden", loading: "Wird geladen …",
    marking: "Kennzeichnung", failed: "Das ist fehlgeschlagen", characters: (count: string) => `${count} Zeichen`,
    purposeTitle: "Zu welchem Zweck arbeiten Sie?",
    purposeWhy: "Einmal angegeben, protokolliert und mit allem verbunden, was Sie danach tun.",
    purposeCase: (id: string) => `Es geht um den Fall ${id}.`,
    purpose: "Zweck", basis: "Rechtsgrundlage", goOn: "Weiter",
  },
});
