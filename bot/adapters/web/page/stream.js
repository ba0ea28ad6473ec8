// One event to the server, its answer back as a stream of replies. The contract is in incoming.py and outgoing.py.

/** The server would not take the event; `status` says why. */
export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

function freshId() {
  // Not crypto.randomUUID: that one is missing where the page came over plain http from another machine.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function request(event, photo) {
  const json = JSON.stringify({ ...event, update: freshId() });
  if (!photo) return { body: json, headers: { "Content-Type": "application/json" } };
  const form = new FormData();
  form.append("event", json);
  form.append("photo", photo, "photo");
  return { body: form };
}

/** Yields replies until the answer's end; throws when the connection breaks before. */
export async function* ask(event, photo) {
  const response = await fetch("/chat", { method: "POST", ...request(event, photo) });
  if (!response.ok) throw new Refused(response.status);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines.filter((each) => each.trim())) {
      const reply = JSON.parse(line);
      if (reply.kind === "end") return;
      yield reply;
    }
  }
  throw new Error("cut off");
}

/** The bytes of a picture as an address that lives as long as the page. */
export function addressOf(picture) {
  const bytes = Uint8Array.from(atob(picture.data), (char) => char.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: picture.type }));
}
