// One event to the server, its answer back as a stream of replies. The contract is in incoming.py and outgoing.py.

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

function freshId() {
  // Not crypto.randomUUID: that one is missing where the page came over plain http from another machine.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function request(event, photo) {
  const json = JSON.stringify(event);
  if (!photo) return { body: json, headers: { "Content-Type": "application/json" } };
  const form = new FormData();
  form.append("event", json);
  form.append("photo", photo, "photo");
  return { body: form, headers: {} };
}

/** Send a request; what comes of it comes piece by piece. `sent` is told how much of it has left, 0 to 1. `fetch` tells nobody. */
function exchange({ body, headers }, sent, signal) {
  const call = new XMLHttpRequest();
  let seen = 0;
  return new ReadableStream({
    start(pieces) {
      const more = () => { pieces.enqueue(call.responseText.slice(seen)); seen = call.responseText.length; };
      const cut = () => pieces.error(new Error("cut off"));
      call.open("POST", "/chat");
      for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
      call.upload.onprogress = ({ loaded, total }) => sent(loaded / total);
      call.onprogress = () => { if (call.status === 200) more(); };
      call.onload = () => { if (call.status === 200) { more(); pieces.close(); } else pieces.error(new Refused(call.status)); };
      Object.assign(call, { onerror: cut, onabort: cut });
      signal.addEventListener("abort", () => call.abort());
      call.send(body);
    },
  });
}

/** Yields replies until the answer's end; throws when the connection breaks before, or nothing moves any more. */
async function* once(event, photo, abort, sent) {
  let quiet;
  const watch = () => { clearTimeout(quiet); quiet = setTimeout(() => abort.abort(), QUIET_MS); };
  watch();
  try {
    const reader = exchange(request(event, photo), (part) => { watch(); sent(part); }, abort.signal).getReader();
    let rest = "";
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      watch();
      for (const line of lines.filter((each) => each.trim())) {
        const reply = JSON.parse(line);
        if (reply.kind === "end") return;
        yield reply;
      }
    }
  } finally {
    clearTimeout(quiet);
  }
  throw new Error("cut off");
}

/** A while, or until the network is back; `hurry` is told how to end it now. */
function pause(ms, hurry) {
  return new Promise((done) => {
    setTimeout(done, ms);
    addEventListener("online", done, { once: true });
    hurry(done);
  });
}

const away = ({ status }) => !status || (status >= 502 && status <= 504);

/** Yields replies, also after the connection was lost, which `lost` is told with a function that hurries: it goes on by itself.
 * `sent` is told how much has left, 0 to 1. A photo that has got stuck on its way twice is not sent a third time unasked.
 *
 * All tries carry one id, so that nothing is done twice. What had arrived before is answered by nothing: then it is asked where
 * the person stands. After `stop.now()` this throws `Stopped`.
 */
export async function* ask(event, photo, { lost, sent, stop = {} } = {}) {
  let told = { ...event, update: freshId() };
  let stuck = 0;
  for (let tries = 0; ; tries += 1) {
    let left = 0;
    const abort = new AbortController();
    let stopped = false;
    let answered = false;
    stop.now = () => { stopped = true; abort.abort(); };
    try {
      for await (const reply of once(told, photo, abort, (part) => { left = part; sent?.(part); })) {
        answered = true;
        yield { ...reply, lang: event.locale };
      }
      if (answered) return;
      told = { kind: "line", text: "/back", locale: event.locale, update: freshId() };
      photo = null;
    } catch (error) {
      if (stopped) throw new Stopped();
      if (!lost || !away(error)) throw error;
      if (photo && left && left < 1 && ++stuck === 2) throw new Refused(408);
      await pause(WAITS_MS[tries] ?? 15_000, (now) => {
        stop.now = () => { stopped = true; now(); };
        lost(now);
      });
      if (stopped) throw new Stopped();
    }
  }
}

/** The bytes of a picture as an address that lives as long as the page. */
export function addressOf(picture) {
  const bytes = Uint8Array.from(atob(picture.data), (char) => char.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: picture.type }));
}
