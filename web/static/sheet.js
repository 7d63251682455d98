// The attendance sheet on a weak connection: each tap is kept in this browser, then sent in order, once. What is kept
// are ids, states and hours, no names and no words. Without this script the sheet is one form with a button.
"use strict";

(() => {
  const sheet = document.getElementById("sheet");
  if (!sheet?.dataset.reader) return;
  const KEY = `presences:${sheet.dataset.reader}:${sheet.dataset.session}`;
  const RETRY = 5000;
  const line = document.getElementById("sending");
  const conflicts = document.getElementById("conflicts");
  const lost = document.getElementById("lost");
  const words = new Map(); // typed and not sent: they stay on this page only
  let sending = false;
  let running = Promise.resolve();
  let stopped = false;
  let timer = 0;

  // {queue: taps that were not sent, taken: taps that somebody else was quicker with, lost: taps that came too late}
  const load = () => ({ queue: [], taken: [], lost: [], ...JSON.parse(localStorage.getItem(KEY) || "{}") });
  const keep = (state) => {
    if (state.queue.length + state.taken.length + state.lost.length) localStorage.setItem(KEY, JSON.stringify(state));
    else localStorage.removeItem(KEY);
  };
  try { keep(load()); } catch { return; } // the browser keeps nothing: the form stays as it is

  const cellOf = (slot, request) => document.getElementById(`s.${slot}.${request}`);
  const field = (slot, request, name) => sheet.elements[`${name}.${slot}.${request}`];
  const idOf = (each) => `${each.slot}.${each.request}`;
  const labelOf = (slot, request, status) => {
    const box = cellOf(slot, request)?.querySelector(`input[type=radio][value=${status}]`);
    return box ? box.parentElement.textContent.trim() : status;
  };
  const personOf = (cell) => cell?.querySelector("strong").textContent ?? "";
  const titleOf = (slot) => sheet.querySelector(`[data-slot="${slot}"] h2`)?.textContent ?? "";

  const choose = (slot, request, status, arrived) => {
    for (const box of cellOf(slot, request)?.querySelectorAll("input[type=radio]") ?? []) box.checked = box.value === status;
    if (arrived) field(slot, request, "a").value = arrived;
    const more = cellOf(slot, request)?.querySelector("details");
    if (more && ["late", "excused"].includes(status)) more.open = true;
  };

  const count = (slot) => {
    const tally = { there: 0, away: 0, left: 0 };
    for (const cell of slot.querySelectorAll(".mark[data-request]")) {
      const status = cell.querySelector("input[type=radio]:checked")?.value;
      tally[!status ? "left" : ["present", "late"].includes(status) ? "there" : "away"] += 1;
    }
    for (const [name, number] of Object.entries(tally)) slot.querySelector(`[data-${name}]`)?.replaceChildren(`${number}`);
    const everybody = slot.querySelector(".everybody");
    if (everybody) everybody.hidden = tally.left === 0;
  };

  const show = () => {
    const state = load();
    const unsent = new Set(state.queue.map(idOf));
    for (const cell of sheet.querySelectorAll(".mark[data-request]")) {
      const id = cell.id.slice(2);
      cell.querySelector(".unsent").hidden = !unsent.has(id) && !words.has(id);
    }
    const number = unsent.size;
    const say = line.dataset;
    const how = !navigator.onLine ? say.offline : sending ? say.sending : timer ? say.later : "";
    line.hidden = false;
    line.className = number || words.size ? "waiting" : "";
    const rest = state.taken.length + state.lost.length ? "" : sheet.querySelector(".mark .wrong:not([hidden])") ? say.wrong : say.saved;
    const text = number ? `${(number > 1 ? say.many : say.one).replace("{}", number)}${how ? ` – ${how}` : ""}` : words.size ? say.words : rest;
    if (line.textContent !== text) line.textContent = text;
    conflicts.hidden = !state.taken.length;
    document.getElementById("to-decide").hidden = !state.taken.length && !state.lost.length;
    conflicts.querySelector("ul").replaceChildren(...state.taken.map((each) => {
      const item = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
      const cell = cellOf(each.slot, each.request);
      const theirs = field(each.slot, each.request, "r")?.value.split("|")[0];
      const texts = {
        person: personOf(cell), slot: titleOf(each.slot), mine: labelOf(each.slot, each.request, each.status),
        theirs: theirs ? labelOf(each.slot, each.request, theirs) : "", by: cell?.querySelector(".recorded span").textContent ?? "",
      };
      item.querySelector("p").textContent = conflicts.dataset.text.replace(/\{(\w+)\}/g, (_, name) => texts[name]);
      for (const button of item.querySelectorAll("button")) button.addEventListener("click", () => decide(each, button.dataset.keep));
      return item;
    }));
    lost.hidden = !state.lost.length;
    lost.querySelector("strong").textContent = state.lost[0]?.why ?? "";
    lost.querySelector("ul").replaceChildren(...state.lost.map((each) => {
      const item = document.createElement("li");
      item.textContent = `${personOf(cellOf(each.slot, each.request))}, ${titleOf(each.slot)} : ${labelOf(each.slot, each.request, each.status)}`;
      return item;
    }));
  };

  const add = (slot, request, status) => {
    const arrived = status === "late" ? field(slot, request, "a").value : "";
    const seen = field(slot, request, "r").value;
    const state = load();
    keep({ ...state, queue: [...state.queue, { slot, request, status, arrived, seen }] });
  };

  const decide = (each, whose) => {
    const state = load();
    keep({ ...state, taken: state.taken.filter((other) => idOf(other) !== idOf(each)) });
    if (whose === "mine") {
      choose(each.slot, each.request, each.status, each.arrived);
      add(each.slot, each.request, each.status);
    } else {
      words.delete(idOf(each));
    }
    update();
  };

  // the first taps of one slot, each person once: they are sent together
  const batch = (queue) => {
    const taps = [];
    for (const each of queue) {
      if (each.slot !== queue[0].slot || taps.some((other) => other.request === each.request)) break;
      taps.push(each);
    }
    return taps;
  };

  const send = async (taps) => {
    const body = new URLSearchParams({ form_token: sheet.elements.form_token.value });
    for (const each of taps) {
      body.set(`s.${each.request}`, each.status);
      body.set(`a.${each.request}`, each.arrived);
      body.set(`r.${each.request}`, each.seen);
      if (words.has(idOf(each))) body.set(`w.${each.request}`, words.get(idOf(each)));
    }
    const sent = new Map(taps.map((each) => [idOf(each), words.get(idOf(each))]));
    const answer = await fetch(`${sheet.getAttribute("action")}/creneaux/${taps[0].slot}`, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(20000) });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      document.getElementById("signed-out").hidden = false;
      stopped = true;
      return;
    }
    if (!answer.ok) throw new Error(`${answer.status}`);
    take(taps, sent, await answer.json());
  };

  // what the service says of the taps: recorded, quicker by somebody else, wrong, or too late
  const take = (taps, sent, said) => {
    const state = load();
    const left = state.queue.slice(taps.length);
    if (said.stopped) {
      keep({ ...state, queue: [], lost: [...state.lost, ...state.queue.map((each) => ({ ...each, why: said.stopped }))] });
      stopped = true;
      return;
    }
    const taken = taps.filter((each) => said.taken.includes(each.request));
    keep({ ...state, queue: left, taken: [...state.taken.filter((each) => !taps.some((tap) => idOf(tap) === idOf(each))), ...taken] });
    for (const each of taps) {
      const cell = cellOf(each.slot, each.request);
      const problem = said.taken.includes(each.request) ? "" : said.problems[each.request] ?? "";
      if (!problem && words.get(idOf(each)) === sent.get(idOf(each))) words.delete(idOf(each));
      if (!cell) continue;
      cell.querySelector(".wrong").hidden = !problem;
      cell.querySelector(".wrong span").textContent = problem;
    }
    const waiting = new Set(left.map(idOf));
    for (const [request, recorded] of Object.entries(said.cells)) {
      const slot = taps[0].slot;
      const cell = cellOf(slot, request);
      if (!cell) continue;
      field(slot, request, "r").value = recorded.seen;
      cell.querySelector(".recorded").hidden = !recorded.recorded;
      cell.querySelector(".recorded span").textContent = recorded.recorded;
      const wrong = said.problems[request] && !said.taken.includes(request);
      if (!waiting.has(`${slot}.${request}`) && !wrong && recorded.status) choose(slot, request, recorded.status, recorded.arrived);
    }
  };

  const update = () => {
    sheet.querySelectorAll("[data-slot]").forEach(count);
    show();
    flush();
  };

  // one sending at a time, which takes what is tapped meanwhile: who wants to send then waits for it
  const flush = () => (sending ? running : (running = sendAll()));

  async function sendAll() {
    if (stopped || timer || !navigator.onLine) return;
    sending = true;
    try {
      for (let taps = batch(load().queue); taps.length && !stopped; taps = batch(load().queue)) {
        show();
        await send(taps);
      }
    } catch {
      timer = setTimeout(() => { timer = 0; flush(); }, RETRY);
    }
    sending = false;
    sheet.querySelectorAll("[data-slot]").forEach(count);
    show();
  }

  // a late person needs an hour: now, if it is within the slot; else the field asks for it
  const hourGiven = (slot, request) => {
    const hour = field(slot, request, "a");
    if (hour.value) return true;
    const { starts, ends } = sheet.querySelector(`[data-slot="${slot}"]`).dataset;
    const now = new Date();
    if (new Date(starts) < now && now < new Date(ends)) {
      hour.value = now.toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });
      return true;
    }
    const cell = cellOf(slot, request);
    cell.querySelector(".wrong").hidden = false;
    cell.querySelector(".wrong span").textContent = line.dataset.hour;
    hour.focus();
    return false;
  };

  sheet.addEventListener("change", (event) => {
    const [name, slot, request] = (event.target.name ?? "").split(".");
    if (!request) return;
    const status = cellOf(slot, request).querySelector("input[type=radio]:checked")?.value;
    if (name === "w") words.set(`${slot}.${request}`, event.target.value.trim());
    if (status && (name === "s" || name === "w" || status === "late") && (status !== "late" || hourGiven(slot, request))) add(slot, request, status);
    update();
  });

  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    const slot = event.submitter?.name === "all" && event.submitter.closest("[data-slot]");
    if (!slot) return;
    for (const cell of slot.querySelectorAll(".mark[data-request]")) {
      if (cell.querySelector("input[type=radio]:checked")) continue;
      choose(slot.dataset.slot, cell.dataset.request, "present");
      add(slot.dataset.slot, cell.dataset.request, "present");
    }
    update();
  });

  // the next page shows what is recorded: first everything is sent
  document.querySelectorAll("[data-when-sent]").forEach((link) => link.addEventListener("click", async (event) => {
    if (!load().queue.length) return;
    event.preventDefault();
    clearTimeout(timer);
    timer = 0;
    await flush();
    if (!load().queue.length && !stopped && !load().taken.length) location.assign(link.href);
    else line.scrollIntoView({ block: "center" });
  }));
  lost.querySelector("[data-forget]").addEventListener("click", () => { keep({ ...load(), lost: [] }); location.assign(sheet.getAttribute("action")); });
  window.addEventListener("online", () => { clearTimeout(timer); timer = 0; update(); });
  window.addEventListener("offline", show);
  window.addEventListener("beforeunload", (event) => { if (words.size) event.preventDefault(); });

  sheet.querySelector("[data-save]").hidden = true;
  for (const each of load().queue) choose(each.slot, each.request, each.status, each.arrived);
  update();
})();
