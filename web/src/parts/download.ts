// Handing files to the reader: one as it is, a folder as a tar archive, which every system opens.

interface FolderFile {
  readonly path: string;
  readonly base64: string;
}

const BLOCK_BYTES = 512;

/** Offers a file to be saved. */
export function save(name: string, content: BlobPart, type = "application/octet-stream"): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Offers a folder as `name.tar`. */
export function saveFolder(name: string, files: readonly FolderFile[]): void {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const { path, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    parts.push(header(`${name}/${path}`, bytes.length), bytes, new Uint8Array((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES));
  }
  parts.push(new Uint8Array(2 * BLOCK_BYTES));
  save(`${name}.tar`, new Blob(parts), "application/x-tar");
}

/** The header of one file, in the ustar form. */
function header(path: string, length: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (text: string, at: number): void => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  // The ustar form splits a long path at a slash: 155 bytes before it, 100 behind.
  const cut = path.length <= 100 ? -1 : path.lastIndexOf("/", 155);
  put(path.slice(cut + 1), 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(length, 11), 124);
  put(octal(0, 11), 136);
  put("        ", 148);
  put("0", 156);
  put("ustar\0" + "00", 257);
  if (cut > 0) put(path.slice(0, cut), 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
