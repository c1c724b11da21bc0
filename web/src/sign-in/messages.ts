import { messages } from "../language.svelte";

/** Words of signing in. */
export const words = messages({
  en: {
    title: "Sign in", account: "Account", password: "Password", code: "Code of your second factor, or a recovery code", passkey: "Sign in with a passkey",
    provider: "Sign in with your organisation", or: "or", noPasskey: "No passkey was used.",
    enrolTitle: "Your account needs a second factor", enrolHelp: "Give this to your authenticator app. It is shown only now.", enrolCode: "Its code", enrol: "Enrol",
    secret: "Secret", recoveryTitle: "Recovery codes", recoveryHelp: "Each signs in once in place of a code. They are shown only now.", kept: "I keep them safe", begin: "Begin",
    beginHelp: "It makes a secret, shown once, for an authenticator app on your telephone.", signOut: "Sign out",
  },
  fr: {
    title: "Connexion", account: "Compte", password: "Mot de passe", code: "Code de votre second facteur, ou code de secours", passkey: "Se connecter avec une clé d’accès",
    provider: "Se connecter avec votre organisation", or: "ou", noPasskey: "Aucune clé d’accès n’a été utilisée.",
    enrolTitle: "Votre compte exige un second facteur", enrolHelp: "Saisissez ceci dans votre application d’authentification. Affiché une seule fois.", enrolCode: "Son code", enrol: "Enregistrer",
    secret: "Secret", recoveryTitle: "Codes de secours", recoveryHelp: "Chacun remplace un code une seule fois. Affichés une seule fois.", kept: "Je les conserve en lieu sûr", begin: "Commencer",
    beginHelp: "Un secret, affiché une seule fois, sera créé pour l’application d’authentification de votre téléphone.", signOut: "Se déconnecter",
  },
  de: {
    title: "Anmelden", account: "Konto", password: "Passwort", code: "Code Ihres zweiten Faktors oder ein Wiederherstellungscode", passkey: "Mit Passkey anmelden",
    provider: "Über Ihre Organisation anmelden", or: "oder", noPasskey: "Es wurde kein Passkey verwendet.",
    enrolTitle: "Ihr Konto braucht einen zweiten Faktor", enrolHelp: "Geben Sie dies Ihrer Authenticator-App. Es wird nur jetzt gezeigt.", enrolCode: "Ihr Code", enrol: "Einrichten",
    secret: "Geheimnis", recoveryTitle: "Wiederherstellungscodes", recoveryHelp: "Jeder ersetzt einmal einen Code. Sie werden nur jetzt gezeigt.", kept: "Ich verwahre sie sicher", begin: "Beginnen",
    beginHelp: "Es entsteht ein Geheimnis für eine Authenticator-App auf Ihrem Telefon; es wird nur einmal gezeigt.", signOut: "Abmelden",
  },
});
