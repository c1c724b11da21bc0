// The page of one node: inbox, finding, leads, journal. Plain JavaScript, no build step.
// Text from anywhere is only ever set as text, never as markup, and marks that reorder what is read are shown, not obeyed.
"use strict";

const $ = (id) => document.getElementById(id);
const state = { session: null, node: null, view: "inbox" };

// --- building the document -------------------------------------------------------------------------------------------------

const REORDERING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LONGEST = 600;

function safe(text) {
  const shown = String(text ?? "").replace(REORDERING, "\ufffd");
  return shown.length > LONGEST ? shown.slice(0, LONGEST) + " \u2026" : shown;
}

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined).map((child) =>
    child instanceof Node ? child : document.createTextNode(safe(child))));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => child instanceof Node ? child : document.createTextNode(safe(child))));
  return element;
}

function show(...children) {
  $("main").replaceChildren(...children.flat().filter(Boolean));
}

function say(text, isError = false) {
  $("message").textContent = safe(text);
  $("message").className = isError ? "error" : "";
}

// --- talking to the node ---------------------------------------------------------------------------------------------------

async function api(method, path, body, headers = {}) {
  const options = { method, headers: { ...headers }, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch("/api/v1" + path, options);
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (response.ok) return answer;
  if (response.status === 401 && path !== "/session") { state.session = null; signIn(); }
  throw Object.assign(new Error(answer?.message ?? `The node answered ${response.status}.`), { code: answer?.code });
}

const may = (action) => state.session?.actions.includes(action);

async function guarded(work) {
  try { say(""); await work(); } catch (error) {
    if (error.code === "purpose_required") return askForPurpose(work);
    say(error.message, true);
  }
}

// --- words -------------------------------------------------------------------------------------------------------------------

const bits = (value) => (value >= 0 ? "+" : "\u2212") + Math.abs(value).toFixed(1);
const when = (text) => safe(text).replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, "$1 UTC");
const badge = (text, strong) => el("span", { class: strong ? "badge strong" : "badge" }, text);

function factText(fact) {
  if (fact.type === "number") return `${Number(fact.value.number.toFixed(3))} ${fact.value.unit}`.trim();
  if (fact.type === "selector") return `${fact.value.kind} ${fact.value.value}`;
  if (fact.type === "time") return when(fact.value);
  return fact.value;
}

// A bar from the middle: for to the right, against to the left.
function bar(value, largest) {
  const width = 100, middle = 50, length = Math.min(middle, Math.abs(value) / largest * middle);
  const title = svg("title", {}, `${bits(value)} bits`);
  return svg("svg", { class: "bar", viewBox: `0 0 ${width} 10`, preserveAspectRatio: "none", role: "img" }, title,
    svg("line", { class: "axis", x1: middle, x2: middle, y1: 0, y2: 10 }),
    svg("rect", { class: value >= 0 ? "for" : "against", x: value >= 0 ? middle : middle - length, y: 2, width: length, height: 6 }));
}

// --- signing in ------------------------------------------------------------------------------------------------------------

function signIn() {
  $("tabs").hidden = true;
  $("who").replaceChildren();
  const name = el("input", { id: "name", autocomplete: "username", required: true });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const code = el("input", { id: "code", autocomplete: "one-time-code", size: 20 });
  const codePart = el("div", { hidden: true }, el("label", { for: "code" }, "Code of your second factor, or a recovery code"), code);
  const submit = (event) => {
    event.preventDefault();
    guarded(async () => {
      try {
        state.session = await api("POST", "/session", { name: name.value, password: password.value, code: code.value || null });
      } catch (error) {
        if (error.code === "code_required") { codePart.hidden = false; code.focus(); }
        throw error;
      }
      await start();
    });
  };
  show(el("form", { class: "card narrow", onsubmit: submit },
    el("h2", {}, "Sign in"),
    el("label", { for: "name" }, "Account"), name,
    el("label", { for: "password" }, "Password"), password, codePart,
    el("p", {}, el("button", { class: "primary" }, "Sign in"))));
  name.focus();
}

// A session whose person needs a second factor can do nothing else before.
async function enrol() {
  const enrolment = await api("POST", "/session/second-factor", {});
  const code = el("input", { id: "code", autocomplete: "one-time-code", required: true });
  const submit = (event) => {
    event.preventDefault();
    guarded(async () => {
      const { recovery_codes } = await api("PUT", "/session/second-factor", { code: code.value });
      state.session = await api("GET", "/session");
      show(el("section", { class: "card narrow" }, el("h2", {}, "Recovery codes"),
        el("p", {}, "Each signs in once in place of a code. They are shown only now."),
        el("ul", {}, recovery_codes.map((text) => el("li", {}, text))),
        el("p", {}, el("button", { class: "primary", onclick: () => guarded(start) }, "I keep them safe"))));
    });
  };
  show(el("form", { class: "card narrow", onsubmit: submit },
    el("h2", {}, "Your account needs a second factor"),
    el("p", {}, "Give this to your authenticator app. It is shown only now."), el("p", {}, enrolment.uri),
    el("label", { for: "code" }, "Its code"), code, el("p", {}, el("button", { class: "primary" }, "Enrol"))));
}

// Said once for a session, journaled, and carried by everything done in it.
function askForPurpose(then) {
  const purpose = el("input", { id: "stated-purpose", required: true, value: state.node.default_purpose, size: 36 });
  const basis = el("input", { id: "stated-basis", required: true, value: state.node.default_legal_basis, size: 36 });
  const submit = (event) => {
    event.preventDefault();
    guarded(async () => {
      await api("POST", "/session/purposes", { purpose: purpose.value, legal_basis: basis.value, case: null });
      await then();
    });
  };
  show(el("form", { class: "card narrow", onsubmit: submit },
    el("h2", {}, "For what do you work?"),
    el("label", { for: "stated-purpose" }, "Purpose"), purpose,
    el("label", { for: "stated-basis" }, "Legal basis"), basis,
    el("p", {}, el("button", { class: "primary" }, "Go on"))));
}

async function signOut() {
  await api("DELETE", "/session");
  state.session = null;
  signIn();
}

// --- views -------------------------------------------------------------------------------------------------------------------

const VIEWS = [
  { id: "inbox", name: "Inbox", action: "read_findings", draw: inbox },
  { id: "leads", name: "Leads", action: "read_leads", draw: leads },
  { id: "partners", name: "Partners", action: "read_partners", draw: partners },
  { id: "journal", name: "Journal", action: "read_journal", draw: journal },
];

async function open(view) {
  state.view = view.id;
  drawTabs();
  await guarded(view.draw);
  $("main").focus({ preventScroll: true });
}

function drawTabs() {
  const tabs = VIEWS.filter((view) => may(view.action)).map((view) =>
    el("button", { "aria-current": view.id === state.view ? "page" : undefined, onclick: () => open(view) }, view.name));
  $("tabs").replaceChildren(...tabs);
  $("tabs").hidden = false;
}

function empty(text) {
  return el("p", { class: "card faint" }, text);
}

async function inbox() {
  const page = await api("GET", "/findings?limit=200");
  if (page.findings.length === 0) {
    return show(empty("Nothing needs you. Import records and run detectors (oikos import, oikos detect), or wait for a partner's release."));
  }
  const rows = page.findings.map((line) => {
    const choose = () => guarded(() => showFinding(line.origin, line.key));
    const key = (event) => { if (event.key === "Enter") choose(); };
    return el("tr", { class: "link", tabindex: 0, onclick: choose, onkeydown: key },
      el("td", { class: "number" }, bits(line.score_bits)),
      el("td", {}, line.title),
      el("td", {}, when(line.occurred_from)),
      el("td", {}, badge(line.detector), " ", line.received ? badge(`from ${line.origin}`, true) : null, " ",
        line.state === "open" ? null : badge(line.state)));
  });
  show(el("section", { class: "card wide" },
    el("h2", {}, `${page.total} finding${page.total === 1 ? "" : "s"}`),
    el("table", {},
      el("thead", {}, el("tr", {}, el("th", { class: "number" }, "bits"), el("th", {}, "finding"), el("th", {}, "since"), el("th", {}, ""))),
      el("tbody", {}, rows))));
}

async function showFinding(origin, key) {
  const path = `/findings/${encodeURIComponent(origin)}/${key}`;
  const view = await api("GET", path);
  const { summary, finding } = view;
  const largest = Math.max(1, Math.abs(finding.prior_bits), ...finding.reasons.map((reason) => Math.abs(reason.bits)));
  const prior = { bits: finding.prior_bits, name: "prior", text: "before any reason" };
  const reasons = [prior, ...finding.reasons].map((reason) => el("tr", {},
    el("td", { class: `number ${reason.bits >= 0 ? "for" : "against"}` }, bits(reason.bits)),
    el("td", {}, bar(reason.bits, largest)),
    el("td", {}, reason.text, " ", el("span", { class: "faint" }, reason.name))));
  const facts = finding.facts.flatMap((fact) => [el("dt", {}, fact.name), el("dd", {}, factText(fact))]);
  const evidence = el("div", {});
  const decide = (kind) => guarded(async () => {
    const reason = $("reason").value;
    await api("POST", `${path}/decisions`, { kind, reason });
    await showFinding(origin, key);
    say(`${kind}: done.`);
  });
  const place = finding.place ? `${finding.place.latitude.toFixed(4)}, ${finding.place.longitude.toFixed(4)}` : null;
  show(
    el("p", {}, el("button", { onclick: () => open(VIEWS[0]) }, "\u2190 Inbox")),
    el("section", { class: "card" },
      el("h2", {}, summary.title),
      el("p", { class: "row" }, badge(`${bits(summary.score_bits)} bits, ${summary.calibrated ? "calibrated" : "uncalibrated"}`, true),
        badge(summary.tlp), badge(summary.state), badge(summary.detector), summary.received ? badge(`released by ${summary.origin}`) : null),
      el("p", { class: "faint" }, `${when(summary.occurred_from)} \u2013 ${when(summary.occurred_to)}${place ? ` at ${place}` : ""}`),
      el("h3", {}, "Why: reasons add up to the score"),
      el("div", { class: "wide" }, el("table", {}, el("tbody", {}, reasons))),
      el("h3", {}, summary.received ? "Facts they released" : "Facts that can be released"), el("dl", {}, facts),
      el("h3", {}, `Evidence: ${view.evidence_count} records`),
      may("read_evidence") && view.evidence_count > 0 ? evidencePrompt(path, evidence) : null, evidence,
      view.detector ? el("details", {}, el("summary", {}, "About this detector"),
        el("p", {}, view.detector.finds, " ", view.detector.why),
        el("p", {}, "Legal basis: ", view.detector.legal_basis),
        el("p", {}, "Known false positives:"), el("ul", {}, view.detector.false_positives.map((text) => el("li", {}, text)))) : null,
      view.decisions.length ? el("h3", {}, "Decisions") : null,
      el("ul", {}, view.decisions.map((decision) =>
        el("li", {}, `${when(decision.at)} ${decision.kind} by ${decision.actor.id}${decision.reason ? `: ${decision.reason}` : ""}`))),
      may("decide_finding") && summary.state !== "recalled" ? el("div", {},
        el("label", { for: "reason" }, "Reason (a dismissal needs one)"), el("input", { id: "reason", size: 60, maxlength: 4000 }),
        el("p", { class: "row" }, el("button", { onclick: () => decide("confirm") }, "Confirm"),
          el("button", { onclick: () => decide("dismiss") }, "Dismiss"), el("button", { onclick: () => decide("reopen") }, "Reopen"))) : null),
    may("release") && !summary.received ? releaseCard(origin, key) : null);
}

function evidencePrompt(path, target) {
  const purpose = el("input", { id: "purpose", placeholder: "purpose, for example maritime-safety", size: 36 });
  const read = () => guarded(async () => {
    const headers = purpose.value ? { "x-oikos-purpose": purpose.value } : {};
    const rows = await api("GET", `${path}/evidence`, undefined, headers);
    target.replaceChildren(el("div", { class: "wide" }, el("table", {}, el("tbody", {}, rows.map((row) => el("tr", {},
      el("td", {}, `${row.file ?? "erased"}:${row.position}`), el("td", {}, row.table),
      el("td", {}, Object.entries(row.record).filter(([, value]) => value !== null).map(([name, value]) => `${name}=${value}`).join("  "))))))));
  });
  return el("p", { class: "row" }, el("label", { for: "purpose" }, "See the records; this is journaled."), purpose, el("button", { onclick: read }, "See records"));
}

function releaseCard(origin, key) {
  const result = el("div", {});
  const select = el("select", { id: "partner" });
  const purpose = el("input", { id: "release-purpose", placeholder: "purpose", size: 24 });
  api("GET", "/partners").then((list) => select.append(...list.map((partner) => el("option", { value: partner.node }, `${partner.node} \u2013 ${partner.display_name}`))))
    .catch((error) => say(error.message, true));
  const request = () => ({ partner: select.value, finding: { origin, key } });
  const headers = () => purpose.value ? { "x-oikos-purpose": purpose.value } : {};
  const list = (fields) => el("table", {}, el("tbody", {}, fields.map((field) => el("tr", {}, el("td", {}, field.name), el("td", {}, field.text)))));
  const draw = (view, heading) => result.replaceChildren(
    el("h3", {}, heading), view.leaves.length ? list(view.leaves) : el("p", {}, "Nothing."),
    view.removed.length ? el("h3", {}, "Stays here, because") : "", view.removed.length ? list(view.removed) : "");
  const preview = () => guarded(async () => draw(await api("POST", "/releases/preview", request(), headers()), "Exactly this would leave"));
  const release = () => guarded(async () => {
    const released = await api("POST", "/releases", request(), headers());
    if (released.awaiting_second) {
      draw(released, "Would leave");
      return say(`Nothing has left: another releaser has to approve (oikos release --approve ${released.awaiting_second}).`);
    }
    draw(released, "Released in your name");
    const deliveries = await api("POST", "/deliveries", {});
    say(deliveries.map((line) => `${line.partner}: ${line.delivered ? "has it" : `not yet, ${line.problem}`}`).join("; ") || "Queued.");
  });
  return el("section", { class: "card" }, el("h2", {}, "Release to a partner"),
    el("p", { class: "row" }, el("label", { for: "partner" }, "Partner"), select, el("label", { for: "release-purpose" }, "Purpose"), purpose,
      el("button", { onclick: preview }, "Preview"), el("button", { class: "primary", onclick: release }, "Release in my name")), result);
}

async function leads() {
  const list = await api("GET", "/leads");
  if (list.length === 0) return show(empty("No leads: no two findings that may be read together are joined by anything surprising."));
  show(list.map(leadCard));
}

function leadCard(view) {
  const lead = view.lead;
  return el("article", { class: "card" },
    el("h2", {}, lead.title),
    el("p", { class: "row" }, badge(view.is_campaign ? "campaign" : "lead", true), badge(`${bits(view.score_bits)} bits, uncalibrated`), badge(view.tlp),
      lead.desks.map((desk) => badge(desk)), lead.states.map((one) => badge(one))),
    el("div", { class: "wide" }, timeline(lead.members)),
    el("h3", {}, "Why they are read together"),
    lead.links.map((link) => el("div", {},
      el("p", {}, el("strong", { class: "for" }, bits(link.surprise_bits + link.time_bits)), " ", link.reason,
        link.counts ? null : el("span", { class: "faint" }, " (shown, not counted again)")),
      link.steps ? el("ol", { class: "path" }, link.steps.map((step) => el("li", {}, step.owner, " holds ",
        step.share_percent === null ? "an unstated share" : `${step.share_percent} %`, " of ", step.owned, " ",
        el("span", { class: "faint" }, `${step.dataset}, ${step.origin}`)))) : null)),
    el("h3", {}, "What else could explain it"), el("ul", {}, lead.rivals.map((rival) => el("li", {}, rival.text))),
    lead.lacks.length ? el("p", { class: "faint" }, "No campaign: ", lead.lacks.join("; ")) : null);
}

function timeline(members) {
  const times = members.flatMap((member) => [Date.parse(member.occurred_from), Date.parse(member.occurred_to)]);
  const first = Math.min(...times), span = Math.max(Math.max(...times) - first, 1);
  const left = 10, right = 850, height = 34;
  const x = (time) => left + (Date.parse(time) - first) / span * (right - left);
  const rows = members.map((member, index) => {
    const y = index * height + 20, begin = x(member.occurred_from), end = Math.max(x(member.occurred_to), begin + 5);
    const label = `${member.occurred_from.slice(0, 10)}  ${member.title}`;
    const anchor = begin > (left + right) / 2 ? "end" : "start";
    return svg("g", {}, svg("line", { x1: left, x2: right, y1: y + 6, y2: y + 6 }),
      svg("rect", { x: begin, y, width: end - begin, height: 12, rx: 2 }),
      svg("text", { x: anchor === "end" ? end : begin, y: y - 5, "text-anchor": anchor }, label.slice(0, 110)));
  });
  return svg("svg", { class: "timeline", viewBox: `0 0 860 ${members.length * height + 10}`, role: "img", "aria-label": "When the findings happened" }, ...rows);
}

async function partners() {
  const list = await api("GET", "/partners");
  if (list.length === 0) return show(empty("No partners yet. `oikos partner --help` shows how two nodes make an agreement."));
  show(list.map((partner) => el("article", { class: "card" }, el("h2", {}, partner.display_name),
    el("dl", {}, [["node", partner.node], ["state", partner.country], ["agreement", partner.agreement], ["purposes", partner.purposes.join(", ")],
      ["ceiling", partner.tlp_ceiling], ["valid to", when(partner.valid_to)], ["fingerprint", partner.fingerprint]]
      .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])))));
}

async function journal() {
  const verification = await api("POST", "/journal/verification", {});
  const from = Math.max(0, verification.entries - 200);
  const lines = (await api("GET", `/journal?from=${from}&limit=400`)).reverse();
  const rows = lines.map((line) => {
    const act = line.entry?.act;
    const tight = (text) => el("td", { class: "tight" }, text);
    const subjects = (line.entry?.subjects ?? []).slice(0, 3).map((subject) => subject.replace(/([0-9a-f]{12})[0-9a-f]{52}/, "$1\u2026"));
    return el("tr", {}, el("td", { class: "number" }, line.index), tight(when(line.at)), tight(act?.actor.id ?? "erased"),
      tight(act?.action ?? ""), tight(act?.purpose ?? ""), el("td", {}, subjects.join(", ")), tight(line.entry?.recipient ?? ""));
  });
  show(el("section", { class: "card wide" },
    el("h2", {}, verification.verified ? "The journal verifies" : "The journal does NOT verify"),
    el("p", { class: "faint" }, `${verification.entries} entries, ${verification.erased} erased, checkpoint at ${verification.checkpoint_size}`),
    el("ul", {}, verification.problems.map((problem) => el("li", { class: "against" }, problem))),
    el("table", {}, el("thead", {}, el("tr", {}, ["", "when", "who", "action", "purpose", "what", "recipient"].map((name) => el("th", {}, name)))),
      el("tbody", {}, rows))));
}

// --- start -------------------------------------------------------------------------------------------------------------------

async function start() {
  if (state.session.must_enrol) return enrol();
  drawTabs();
  $("who").replaceChildren(el("span", {}, `${state.session.user.display_name} `), el("button", { onclick: () => guarded(signOut) }, "Sign out"));
  await open(VIEWS.find((view) => may(view.action)) ?? VIEWS[0]);
}

(async () => {
  state.node = await api("GET", "/node");
  document.title = `${state.node.display_name} \u2013 Oikos`;
  $("node-name").textContent = safe(state.node.display_name);
  $("notice").textContent = state.node.notice;
  try {
    state.session = await api("GET", "/session");
    await start();
  } catch {
    signIn();
  }
})();
