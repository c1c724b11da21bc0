// Sends a file to the node and hears how far it is, which `fetch` cannot.

import { ApiFailure } from "../../api";
import type { UploadView } from "../../api-types";
import { statePurpose } from "../../purpose.svelte";

/** Sends a file; `heard` hears the bytes that are there already. */
export async function uploadFile(file: File, heard: (bytes: number) => void, signal: AbortSignal): Promise<UploadView> {
  for (;;) {
    try {
      return await once(file, heard, signal);
    } catch (refusal) {
      if (refusal instanceof ApiFailure && refusal.code === "purpose_required" && (await statePurpose())) continue;
      throw refusal;
    }
  }
}

function once(file: File, heard: (bytes: number) => void, signal: AbortSignal): Promise<UploadView> {
  return new Promise((landed, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/uploads?${new URLSearchParams({ name: file.name }).toString()}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => heard(event.loaded);
    request.onload = () => {
      const answer = request.response as (UploadView & { code?: string; message?: string }) | null;
      if (request.status === 200 && answer) landed(answer);
      else failed(new ApiFailure(request.status, answer?.code ?? "unreadable", answer?.message ?? `The node answered ${String(request.status)}.`));
    };
    request.onerror = () => failed(new ApiFailure(0, "unreachable", "The node does not answer."));
    request.onabort = () => failed(new DOMException("given up", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
