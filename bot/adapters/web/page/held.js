// The photo that was sent last, in this tab's memory alone: who was restarted has lost it, and it is given back.

import { data } from "./speech.js";

let held = null;

/** What the person sends now: a photo, and the command that goes with it. */
export const hold = (photo, text) => { held = { photo, text }; };

/** Heed a reply, which may come to say why; returns what it gives back into the person's hands, or null. */
export function givenBack(reply) {
  const { code } = reply;
  if (!held) return null;
  if (code === "stopping" || code === "interrupted") held.restarted = true;
  if (code === "forgotten") held = null;
  if (code !== "photo_gone") return null;
  const back = held;
  held = null;
  if (back.restarted) reply.text = data.words["photo-back"];
  return back;
}
