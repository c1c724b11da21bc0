// The node's API, typed from its golden description. A refusal becomes an `ApiFailure`; an act that needs a purpose asks for it and goes on.

import type { paths } from "./api-types";
import { statePurpose } from "./purpose.svelte";
import { forgetSession } from "./session.svelte";

type Method = "get" | "post" | "put" | "delete";
type Has<Key extends PropertyKey, From> = Key extends keyof From ? Exclude<From[Key], undefined> : undefined;
type Parameters<Operation, Where extends string> = Has<Where, Has<"parameters", Operation>>;
type Json<Of> = Of extends { content: { "application/json": infer Value } } ? Value : undefined;
type Ok<Operation> = Has<"responses", Operation> extends { 200: infer Response } ? Json<Response> : undefined;

interface Options<Operation> {
  /** Parts of the path in braces. */
  path?: Parameters<Operation, "path">;
  query?: Parameters<Operation, "query">;
  body?: Json<Has<"requestBody", Operation>>;
  /** The case the act belongs to; the session must have said for what it works in it. */
  case?: string | undefined;
  signal?: AbortSignal;
}

/** A refusal or a failure, in words for people. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    /** As in the API: `denied`, `not_found`, `invalid`, … */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Calls one operation: `await api("get", "/api/v1/findings", { query: { limit: 50 } })`. */
export async function api<Path extends keyof paths, Verb extends Method & keyof paths[Path]>(
  method: Verb,
  path: Path,
  options: Options<paths[Path][Verb]> = {},
): Promise<Ok<paths[Path][Verb]>> {
  const address = fill(path, options.path) + search(options.query);
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (options.case !== undefined) headers["x-oikos-case"] = options.case;
  const request: RequestInit = { method: method.toUpperCase(), headers, credentials: "same-origin" };
  if (options.body !== undefined) request.body = JSON.stringify(options.body);
  if (options.signal) request.signal = options.signal;
  return (await send(address, request, options.case)) as Ok<paths[Path][Verb]>;
}

/** Sends a request of any shape to the node: files, for instance. Answers the JSON that came back. */
export async function send(address: string, request: RequestInit, ofCase?: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(address, request).catch((problem: unknown) => {
      if (problem instanceof DOMException && problem.name === "AbortError") throw problem;
      throw new ApiFailure(0, "unreachable", "The node does not answer.");
    });
    const answer = await json(response);
    if (response.ok) return answer;
    const failure = failureOf(response, answer);
    if (failure.code === "purpose_required" && (await statePurpose(ofCase))) continue;
    if (response.status === 401 && failure.code === "not_signed_in") forgetSession();
    throw failure;
  }
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function failureOf(response: Response, answer: unknown): ApiFailure {
  const { code, message } = (answer ?? {}) as { code?: string; message?: string };
  return new ApiFailure(response.status, code ?? "unreadable", message ?? `The node answered ${String(response.status)}.`);
}

function fill(path: string, values: unknown): string {
  const given = (values ?? {}) as Record<string, string | number>;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given[name] ?? "")));
}

function search(values: unknown): string {
  const given = Object.entries((values ?? {}) as Record<string, string | number | boolean | null | undefined>);
  const present = given.filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(present.map(([name, value]) => [name, String(value)])).toString();
  return query === "" ? "" : `?${query}`;
}
