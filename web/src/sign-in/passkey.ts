// Signing in with a passkey: what the browser and the node say to each other, in base64url.

import { api } from "../api";
import type { Session } from "../api-types";

/** Bytes of base64url text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

/** Base64url text of bytes. */
export function base64url(buffer: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Signs in with a passkey. `null`: the person did not use one. */
export async function signInWithPasskey(): Promise<Session | null> {
  const question = await api("post", "/api/v1/session/passkey/challenges");
  const options = { challenge: bytes(question.challenge), rpId: question.rp_id, userVerification: "required" } as const;
  const shown = await navigator.credentials.get({ publicKey: options }).catch(() => null);
  if (!(shown instanceof PublicKeyCredential) || !(shown.response instanceof AuthenticatorAssertionResponse)) return null;
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  const answer = {
    id: base64url(shown.rawId),
    client_data: base64url(clientDataJSON),
    authenticator_data: base64url(authenticatorData),
    signature: base64url(signature),
    user_handle: userHandle ? base64url(userHandle) : "",
  };
  return await api("post", "/api/v1/session/passkey", { body: answer });
}
