// What the person does is sent; all that is said to this browser comes as one stream, in every tab. The contract is in incoming.py and outgoing.py.

/** The server would not take the event; `status` says why. */
export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

/** The person has called it back. */
export class Stopped extends Error {}

/** The server says something every ten seconds; when it does not, nobody is there. */
const QUIET_MS = 30_000;
const WAITS_MS = [1000, 2000, 4000, 8000];
/** What is being answered, by the ids of the events: its `hearer`, whether it was `sent`, and who is `told` how it ends. */
const talks = new Map();
const page = {};
let source, opened, ready, quiet, cut;
let tries = 0;
let turn = Promise.resolve();

export function freshId() {
  // Not crypto.randomUUID: that one is missing where the page came over plain http from another machine.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whoever waits for the network tries again now. */
export const hurry = () => dispatchEvent(new Event("online"));

/** A while, or until the network is back. */
function pause(tried) {
  return new Promise((done) => {
    setTimeout(done, WAITS_MS[tried] ?? 15_000);
    addEventListener("online", done, { once: true });
  });
}

function close() {
  source?.close();
  source = null;
  clearTimeout(quiet);
  // Who waits already goes on waiting.
  if (!ready) opened = new Promise((done) => { ready = done; });
}

function watch() {
  clearTimeout(quiet);
  quiet = setTimeout(lost, QUIET_MS);
}

function open() {
  close();
  // A tab that nobody looks at hears it when it is looked at: browsers have few lines for all their tabs.
  if (document.hidden) return;
  source = new EventSource(`/feed?after=${sessionStorage.getItem("heard") ?? localStorage.getItem("met") ?? ""}`);
  source.onmessage = ({ data }) => { watch(); turn = turn.then(() => take(JSON.parse(data))).catch(reportError); };
  source.onerror = lost;
  watch();
}

async function lost() {
  cut = true;
  close();
  // What is on its way tells itself that it is lost.
  for (const { hearer, leaving } of talks.values()) if (!leaving) hearer.lost?.();
  await pause(tries++);
  if (!source) open();
}

async function take(item) {
  const { kind, update, number, running } = item;
  if (kind === "here") return settle(running);
  if (kind === "beat" || (kind !== "progress" && number <= sessionStorage.getItem("heard"))) return;
  if (kind !== "progress") sessionStorage.setItem("heard", number);
  if (kind === "said" && !localStorage.getItem("met")) localStorage.setItem("met", number - 1);
  const talk = talks.get(update) ?? (!item.aside && kind !== "end" && unasked(item));
  if (!talk) return;
  if (item.code === "forgotten") for (const other of talks.values()) if (other !== talk) other.told(true);
  if (kind === "end") talk.told(talk.heard);
  else if (kind !== "said") {
    talk.heard ||= kind !== "progress";
    await talk.hearer.hear(item);
  }
}

/** What was not asked by this page, or before it was loaded anew. */
function unasked(item) {
  const hearer = page.unasked(item);
  const talk = { hearer, sent: true, told() { talks.delete(item.update); hearer.over(); } };
  talks.set(item.update, talk);
  return talk;
}

/** All that was missed has come. What does not run, and has not ended, is not known to the server. */
function settle(running) {
  tries = 0;
  cut = false;
  for (const [update, { hearer, sent, told }] of talks) {
    if (running.includes(update)) hearer.back?.();
    else if (sent) told(null);
  }
  ready?.();
  ready = null;
  // A talk that this page has begun is not over.
  if (!running.length && !talks.size) page.silent();
}

/** Hear what was said since this tab, else any tab, heard something; and all that comes. `unasked(item)` makes a hearer for what
 * this page has not asked for; `silent()` is told when all that was missed has come, and nothing is being answered. */
export function listen(unasked, silent) {
  Object.assign(page, { unasked, silent });
  document.addEventListener("visibilitychange", open);
  open();
}

function post(event, photo, sent, signal) {
  return new Promise((done, fail) => {
    const call = new XMLHttpRequest();
    const broken = () => fail(new Error("cut off"));
    let still;
    const moved = () => { clearTimeout(still); still = setTimeout(() => call.abort(), QUIET_MS); };
    call.open("POST", "/chat");
    call.upload.onprogress = ({ loaded, total }) => { moved(); sent(loaded / total); };
    // The server knows us by another name than our stream.
    call.onload = () => { if (call.status === 201) open(); if (call.status < 300) done(); else fail(new Refused(call.status)); };
    Object.assign(call, { onerror: broken, onabort: broken, onloadend: () => clearTimeout(still) });
    signal.addEventListener("abort", () => call.abort());
    moved();
    let body = JSON.stringify(event);
    if (photo) {
      const form = new FormData();
      form.append("event", body);
      form.append("photo", photo, "photo");
      body = form;
    } else call.setRequestHeader("Content-Type", "application/json");
    call.send(body);
  });
}

const away = ({ status }) => !status || (status >= 502 && status <= 504);

/** Sends an event until it has arrived and its answer has ended; whether there was one. */
async function answered(event, photo, hearer) {
  const talk = { hearer };
  const stop = new AbortController();
  const stopped = new Promise((_, fail) => stop.signal.addEventListener("abort", () => fail(new Stopped())));
  stopped.catch(() => {});
  hearer.stop = () => stop.abort();
  talks.set(event.update, talk);
  try {
    for (let tried = 0, stuck = 0; ; tried += 1) {
      let left = 0;
      const end = new Promise((told) => Object.assign(talk, { told, sent: false }));
      try {
        if (tried) await Promise.race([stopped, pause(tried - 1)]);
        if (cut) hearer.lost?.();
        // Nothing is sent before its answer can be heard.
        await Promise.race([stopped, opened]);
        talk.leaving = true;
        await Promise.race([stopped, post(event, photo, (part) => { left = part; hearer.sent?.(part); }, stop.signal)]);
        Object.assign(talk, { leaving: false, sent: true });
        hearer.arrived?.();
        const how = await end;
        if (how !== null) return how;
      } catch (error) {
        if (error instanceof Stopped || !hearer.lost || !away(error)) throw error;
        if (photo && left && left < 1 && ++stuck === 2) throw new Refused(408);
        talk.leaving = false;
        hearer.lost();
      }
    }
  } finally {
    talks.delete(event.update);
  }
}

/** Resolves when `hearer` has heard the answer: each reply by `hear`, that the line was `lost` or is `back`, how much was `sent` (0 to 1), and that
 * all has `arrived`. It goes on by itself. A photo that has got stuck on its way twice is not sent a third time unasked. After `stop()` this throws `Stopped`.
 *
 * All tries carry one id, so that nothing is done twice. What was done before, in a house that is no more, is answered by nothing: its photo is
 * `gone`, and of all else it is asked where the person stands.
 */
export async function ask(event, photo, hearer) {
  const { locale } = event;
  if (await answered(event, photo, hearer)) return;
  if (photo) return hearer.gone();
  await answered({ kind: "line", text: "/back", locale, aside: true, update: freshId() }, null, hearer);
}

/** The bytes of a picture as an address that lives as long as the page. */
export function addressOf(picture) {
  const bytes = Uint8Array.from(atob(picture.data), (char) => char.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: picture.type }));
}
