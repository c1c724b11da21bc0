import { messages } from "../language.svelte";

/** Words of the frame around every room. */
export const words = messages({
  en: {
    skip: "Skip to content", rooms: "Rooms", search: "Search", signOut: "Sign out", account: "Your account", language: "Language", theme: "Appearance",
    themes: { system: "As the system", light: "Light", dark: "Dark" },
    notice: "Concept demonstrator; fictional agreements; not accredited.",
    nowhere: "There is no such page", nowhereHelp: "Choose a room on the left.",
    notYours: "Your role has no business here", notYoursHelp: "Whoever administers accounts at this node can change that.",
    unreachable: "The node does not answer", menu: "Menu", keys: "Keyboard", goTo: (room: string) => `Go to ${room}`, showKeys: "Show this list", closeKeys: "Close what is open",
  },
  fr: {
    skip: "Aller au contenu", rooms: "Salles", search: "Rechercher", signOut: "Se déconnecter", account: "Votre compte", language: "Langue", theme: "Apparence",
    themes: { system: "Comme le système", light: "Claire", dark: "Sombre" },
    notice: "Démonstrateur de concept ; accords fictifs ; non homologué.",
    nowhere: "Cette page n’existe pas", nowhereHelp: "Choisissez une salle à gauche.",
    notYours: "Votre rôle n’a pas accès à cette salle", notYoursHelp: "La personne qui gère les comptes de ce nœud peut y remédier.",
    unreachable: "Le nœud ne répond pas", menu: "Menu", keys: "Clavier", goTo: (room: string) => `Aller à : ${room}`, showKeys: "Afficher cette liste", closeKeys: "Fermer ce qui est ouvert",
  },
  de: {
    skip: "Zum Inhalt", rooms: "Räume", search: "Suchen", signOut: "Abmelden", account: "Ihr Konto", language: "Sprache", theme: "Darstellung",
    themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },
    notice: "Konzeptdemonstrator; fiktive Vereinbarungen; nicht zugelassen.",
    nowhere: "Diese Seite gibt es nicht", nowhereHelp: "Wählen Sie links einen Raum.",
    notYours: "Ihre Rolle hat hier nichts zu tun", notYoursHelp: "Wer die Konten dieses Knotens verwaltet, kann das ändern.",
    unreachable: "Der Knoten antwortet nicht", menu: "Menü", keys: "Tastatur", goTo: (room: string) => `Gehe zu: ${room}`, showKeys: "Diese Liste zeigen", closeKeys: "Offenes schließen",
  },
});
