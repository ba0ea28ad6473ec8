// The page: the way in, sending, and rendering what comes back.

import { Composer } from "./composer.js";
import { element } from "./element.js";
import { TYPE, face, group } from "./faces.js";
import { Log } from "./log.js";
import { Refused, ask } from "./stream.js";

const data = JSON.parse(document.getElementById("data").textContent);
const { words, types } = data;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const hero = document.getElementById("hero");

async function press(button, pressed) {
  if (pressed.getAttribute("aria-disabled") === "true") return;
  pressed.setAttribute("aria-disabled", "true");
  await converse({ kind: "press", payload: button.payload }, null, log.said(button.label));
  pressed.removeAttribute("aria-disabled");
}

const log = new Log(data, press, slide, (code) => sendLine(`/share ${code}`));
let stuck = null;

function why(error) {
  if (!(error instanceof Refused)) return words.lost;
  return { 403: words.forbidden, 408: words.lost, 429: words.crowded }[error.status] ?? words.failed;
}

/** This browser has talked with us, until /forget: then it is as new. */
function remember({ code }) {
  if (code === "forgotten") localStorage.removeItem("met");
  else localStorage.setItem("met", "1");
}

/** Who comes back sees where they stand, above the way in. When that cannot be had, the way in is enough. */
async function welcomeBack() {
  try {
    for await (const reply of ask({ kind: "line", text: "/back", locale: data.locale }, null)) {
      if (reply.kind !== "text" || log.root.children.length) continue;
      hero.before(log.root);
      log.root.append(log.text(reply));
    }
  } catch { /* nothing was asked, so nothing is told */ }
}

/** Send an event and show its answer; when that fails, offer to send it again. `said` is the person's message. */
async function converse(event, photo, said) {
  hero.hidden = true;
  if (hero.previousElementSibling === log.root) {
    const focused = document.activeElement;
    hero.after(log.root);
    focused.focus();
  }
  said.classList.remove("unanswered");
  let place = log.waiting();
  let progress = null;
  try {
    for await (const reply of ask({ ...event, locale: data.locale }, photo)) {
      remember(reply);
      if (reply.kind === "progress") {
        if (!progress) {
          progress = log.progress();
          place.remove();
          place = progress.node;
          log.append(place);
        }
        log.change(() => progress.update(reply));
        continue;
      }
      const answer = reply.kind === "picture" ? await log.picture(reply) : log.text(reply);
      log.replace(place, answer);
      log.reveal(answer);
      progress = null;
    }
    place.remove();
  } catch (error) {
    place.remove();
    said.classList.add("unanswered");
    said.lastChild.dataset.state = words["not-sent"];
    log.append(log.trouble(why(error), () => converse(event, photo, said)));
  }
}

/** Send a moved slider; a picture with sliders takes the place of the one above them, all else is said below. */
async function slide(payload, update) {
  stuck?.remove();
  stuck = null;
  try {
    for await (const reply of ask({ kind: "press", payload, locale: data.locale })) {
      if (reply.kind === "picture" && reply.sliders.length) await update(reply);
      else if (reply.kind !== "progress") log.append(reply.kind === "picture" ? await log.picture(reply) : log.text(reply));
    }
  } catch (error) {
    stuck = log.trouble(why(error), () => slide(payload, update));
    log.append(stuck);
  }
}

function sendLine(text) {
  log.type = text.match(TYPE)?.[0].toUpperCase() ?? log.type;
  return converse({ kind: "line", text }, null, log.said(text));
}

function sendPhoto(text, photo) {
  const said = log.said(text, photo);
  const event = text ? { kind: "line", text } : { kind: "photo" };
  // A photo that the server would refuse is not worth the person's data: it is told of, not sent.
  if (photo.size > data.maxPhotoBytes) return converse({ kind: "photo", problem: "too_large" }, null, said);
  return converse(event, photo, said);
}

new Composer(data, (text, photo) => (photo ? sendPhoto(text, photo) : sendLine(text)));

for (const button of document.querySelectorAll("[data-line]")) button.addEventListener("click", () => sendLine(button.dataset.line));
// The way in comes back above the conversation: going there again would lose what is on the page.
document.querySelector(".brand").addEventListener("click", (event) => {
  event.preventDefault();
  hero.hidden = false;
  document.getElementById("scroller").scrollTop = 0;
});
document.getElementById("large-close").addEventListener("click", () => document.getElementById("large").close());
document.getElementById("large").addEventListener("click", (event) => { if (event.target === event.currentTarget) event.currentTarget.close(); });

function showSpecimen(type) {
  document.getElementById("specimen-face").replaceChildren(face(type));
  document.getElementById("specimen-letters").textContent = type;
  document.querySelector(".specimen").dataset.group = group(type);
}

for (const type of types) {
  const tile = element("button", { type: "button", className: "tile" }, face(type), element("span", { textContent: type }));
  tile.dataset.group = group(type);
  tile.addEventListener("click", () => sendLine(`/mbti ${type}`));
  for (const event of ["pointerenter", "focus"]) tile.addEventListener(event, () => showSpecimen(type));
  document.getElementById("types").append(tile);
}

let turn = types.indexOf("ENFP");
showSpecimen(types[turn]);
setInterval(() => {
  if (still.matches || hero.hidden || hero.querySelector(".tile:is(:hover, :focus)")) return;
  turn = (turn + 5) % types.length;
  showSpecimen(types[turn]);
}, 2600);

if (localStorage.getItem("met")) welcomeBack();
