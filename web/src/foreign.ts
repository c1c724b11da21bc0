// Text from outside. It is only ever set as text, never as markup; marks that reorder or hide what is read are shown, not obeyed.

const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
/** Most marks that may stand on one letter: more would paint over the lines above and below. */
const STACKED = /(\p{M}{4})\p{M}+/gu;

/** The text with a visible sign in place of each mark that would reorder or hide it. */
export function foreign(text: string | null | undefined): string {
  return (text ?? "").replace(REORDERING, "\ufffd").replace(INVISIBLE, "\ufffd").replace(STACKED, "$1");
}
