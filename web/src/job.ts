// Waiting for long work: a job is asked how far it is until it ends.

import { api, ApiFailure } from "./api";
import type { JobView } from "./api-types";

const POLL_MS = 250;

/** Follows a job to its end and gives what came of it; `heard` hears each state. A job that failed becomes an `ApiFailure`. */
export async function followJob(begun: JobView, heard: (job: JobView) => void): Promise<unknown> {
  let job = begun;
  for (;;) {
    heard(job);
    if (job.state === "done") return job.result;
    if (job.state !== "running") throw failureOf(job);
    await new Promise((later) => setTimeout(later, POLL_MS));
    job = await api("get", "/api/v1/jobs/{id}", { path: { id: job.id } });
  }
}

function failureOf(job: JobView): ApiFailure {
  const { error } = (job.result ?? {}) as { error?: { code?: string; message?: string } };
  return new ApiFailure(0, error?.code ?? job.state, error?.message ?? job.state);
}
