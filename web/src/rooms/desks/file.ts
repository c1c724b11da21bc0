// Hands a text to the reader as a file. The address of the file lives in this page alone.

export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file up once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url));
}
