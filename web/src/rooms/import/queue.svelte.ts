// The files somebody dropped, one after the other: they come in, say what they are, and are imported. Leaving the room loses none.

import { api } from "../../api";
import type { ImportOutcome, ImportReport, JobView, UploadView } from "../../api-types";
import { followJob } from "../../job";
import { complain } from "../../toasts.svelte";
import { uploadFile } from "./upload";

export type State = "waiting" | "uploading" | "ready" | "importing" | "done" | "failed";

let last = 0;

export class QueuedFile {
  readonly id: number;
  readonly file: File;
  readonly giveUp = new AbortController();
  state = $state<State>("waiting");
  /** From 0 to 1. */
  part = $state(0);
  upload = $state.raw<UploadView | null>(null);
  format = $state("");
  dataset = $state("");
  report = $state.raw<ImportReport | null>(null);
  problem = $state.raw<unknown>(null);

  constructor(file: File) {
    last += 1;
    this.id = last;
    this.file = file;
  }

  /** The reader that was chosen, or would be. */
  get reader() {
    return this.upload?.readers.find((one) => one.format === this.format);
  }

  /** Whether it can be imported as it stands. */
  get isReady(): boolean {
    return this.state === "ready" && this.format !== "" && this.dataset !== "";
  }

  choose(format: string): void {
    this.format = format;
    this.dataset = this.reader?.datasets[0] ?? "";
  }

  async send(): Promise<void> {
    this.state = "uploading";
    this.problem = null;
    try {
      this.upload = await uploadFile(this.file, (bytes) => (this.part = bytes / Math.max(1, this.file.size)), this.giveUp.signal);
      this.choose(this.upload.readers.find((one) => one.recognised)?.format ?? "");
      this.state = "ready";
    } catch (refusal) {
      this.problem = refusal;
      this.state = "failed";
    }
  }

  async land(): Promise<void> {
    if (!this.upload) return;
    this.state = "importing";
    this.part = 0;
    this.problem = null;
    try {
      const body = { uploads: [this.upload.id], format: this.format, dataset: this.dataset };
      const begun: JobView = await api("post", "/api/v1/imports", { body });
      const outcomes = (await followJob(begun, (job) => (this.part = job.total ? job.done / job.total : 0))) as readonly ImportOutcome[];
      const outcome = outcomes[0];
      if (!outcome?.report) throw new Error(outcome?.error ?? "");
      this.report = outcome.report;
      this.state = "done";
    } catch (refusal) {
      // The file still waits at the node, so another reader can be tried.
      this.problem = refusal;
      this.state = "ready";
    }
  }
}

let files = $state.raw<readonly QueuedFile[]>([]);
let isSending = false;
let isLanding = false;
let landed = $state(0);

/** What was dropped, oldest first. */
export function queue(): readonly QueuedFile[] {
  return files;
}

/** Goes up by one with each file that landed: lists of imports are then out of date. */
export function landings(): number {
  return landed;
}

/** Takes files in, one after the other. */
export async function take(added: Iterable<File>): Promise<void> {
  files = [...files, ...[...added].map((file) => new QueuedFile(file))];
  if (isSending) return;
  isSending = true;
  for (let next = waiting(); next; next = waiting()) await next.send();
  isSending = false;
}

function waiting(): QueuedFile | undefined {
  return files.find((file) => file.state === "waiting");
}

/** Imports files that are ready, one after the other. */
export async function importAll(chosen: readonly QueuedFile[]): Promise<void> {
  if (isLanding) return;
  isLanding = true;
  for (const file of chosen) {
    if (!file.isReady) continue;
    await file.land();
    landed += 1;
  }
  isLanding = false;
}

/** Forgets a file, here and at the node. */
export async function discard(file: QueuedFile): Promise<void> {
  file.giveUp.abort();
  files = files.filter((one) => one !== file);
  if (!file.upload || file.state === "done") return;
  try {
    await api("delete", "/api/v1/uploads/{id}", { path: { id: file.upload.id } });
  } catch (refusal) {
    complain(refusal);
  }
}
