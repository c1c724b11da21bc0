// Registers a passkey and signs in with it in a real browser, with Chromium's virtual authenticator.
//
//   node web/check/passkeys.mjs http://localhost:PORT ACCOUNT PASSWORD
//
// The node must have `public_origin` set to that address, and the account no second factor yet. Needs playwright-core and a Chromium
// (CHROMIUM names it; /usr/bin/chromium where it does not).
import { chromium } from "playwright-core";

const [origin, account, password] = process.argv.slice(2);
if (!password) throw new Error("usage: node web/check/passkeys.mjs ORIGIN ACCOUNT PASSWORD");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  await page.goto(origin);
  const outcome = await page.evaluate(async ({ account, password }) => {
    const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    const call = async (method, path, body) => {
      const response = await fetch("/api/v1" + path, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) });
      const answer = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
      return answer ? JSON.parse(answer) : null;
    };
    await call("POST", "/session", { name: account, password });
    const creation = await call("POST", "/passkeys/challenges", {});
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(creation.challenge),
      rp: { id: creation.rp_id, name: creation.rp_name },
      user: { id: bytes(creation.user_handle), name: creation.user_name, displayName: creation.user_display_name },
      pubKeyCredParams: creation.algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: creation.exclude.map((id) => ({ type: "public-key", id: bytes(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    } });
    await call("POST", "/passkeys", { name: "virtual", client_data: text(made.response.clientDataJSON),
      attestation_object: text(made.response.attestationObject) });
    await call("DELETE", "/session");
    const question = await call("POST", "/session/passkey/challenges", {});
    const shown = await navigator.credentials.get({ publicKey: {
      challenge: bytes(question.challenge), rpId: question.rp_id, userVerification: "required",
    } });
    const session = await call("POST", "/session/passkey", { id: text(shown.rawId), client_data: text(shown.response.clientDataJSON),
      authenticator_data: text(shown.response.authenticatorData), signature: text(shown.response.signature),
      user_handle: text(shown.response.userHandle) });
    return session.user.name;
  }, { account, password });
  if (outcome !== account) throw new Error(`signed in as ${outcome}`);
  console.log(`${account} registered a passkey and signed in with it.`);
} finally {
  await browser.close();
}
