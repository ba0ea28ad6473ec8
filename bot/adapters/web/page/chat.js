// The page: the way in, sending, and rendering what comes back.

import { Composer } from "./composer.js";
import { element, handOn, still } from "./element.js";
import { Exchange, why } from "./exchange.js";
import { TYPE, face, group } from "./faces.js";
import { hold } from "./held.js";
import { Log } from "./log.js";
import { lighter } from "./photo.js";
import { data, follow } from "./speech.js";
import { ask, freshId, hurry, listen } from "./stream.js";
import { drop, keep, kept } from "./transcript.js";

const { types } = data;
const hero = document.getElementById("hero");
const languages = document.querySelector(".languages");

async function press(button, pressed) {
  const from = pressed.closest(".message");
  // A message that will be another one takes one press.
  const one = from.classList.contains("turned") ? from : pressed;
  if (one.dataset.pressed) return;
  one.dataset.pressed = "yes";
  pressed.ariaDisabled = "true";
  await converse({ kind: "press", payload: button.payload, label: button.label, pressed: Number(from.dataset.number) || 0 }, { text: button.label, from });
  pressed.ariaDisabled = null;
  delete one.dataset.pressed;
}

const log = new Log(data, press, slide, (code) => sendLine(`/share ${code}`));
const page = { log, remember, attach: (photo, text) => composer.takeBack(photo, text) };
/** The ids of what was said before this page was loaded anew. */
const told = new Set();
let stuck = null;

/** This browser has talked with us, and heard so much, until /forget: then nothing that was shown stays. */
function remember({ code, number }) {
  if (code !== "forgotten") {
    if (number > localStorage.getItem("met")) localStorage.setItem("met", number);
    return;
  }
  localStorage.removeItem("met");
  drop();
  [...log.root.children].slice(0, -1).forEach((node) => log.remove(node));
}

/** The way in makes room, and what has the focus there hands it on. */
function begin() {
  if (hero.previousElementSibling === log.root) {
    const focused = document.activeElement;
    hero.after(log.root);
    focused.focus();
  }
  handOn(hero, log.root);
  hero.hidden = true;
}

/** Who comes back sees where they stand, above the way in. When that cannot be had, the way in is enough. */
function welcomeBack() {
  const hear = async (reply) => {
    if (reply.kind === "progress") return;
    if (!log.root.children.length) hero.before(log.root);
    log.root.append(await log.answer(reply, keep({ reply })));
  };
  ask({ kind: "line", text: "/back", locale: data.locale, aside: true, update: freshId() }, null, { hear }).catch(() => { /* nothing was asked, so nothing is told */ });
}

/** A reload brings back what was said in this tab. */
async function restore() {
  const items = kept();
  if (!items.length) return;
  begin();
  for (const { key, said, photo, reply, update } of items) {
    log.type = said?.match(TYPE)?.[0].toUpperCase() ?? log.type;
    told.add(update);
    log.root.append(reply ? await log.answer(reply, key) : log.yours(photo ? data.words["photo-sent"] : said));
  }
  log.toEnd();
}

/** What another tab has asked, this one before it was loaded anew, or nobody: shown as if it were asked here. */
function unasked({ kind, update, text, photo, pressed }) {
  begin();
  const said = kind === "said" && !told.has(update);
  const exchange = new Exchange(page, null, { text: said ? (photo ? data.words["photo-sent"] : text) : "", from: said && log.find(pressed) });
  exchange.update = update;
  exchange.start();
  return exchange;
}

/** What was not answered, and is not being answered, is by where the person stands. */
function silent() {
  const last = log.root.lastChild;
  if (last ? last.classList.contains("you") : localStorage.getItem("met")) welcomeBack();
}

function converse(event, said) {
  begin();
  return new Exchange(page, event, said).run();
}

/** Send a moved slider; a picture with sliders takes the place of the one above them, all else is said below. */
async function slide(payload, update) {
  const put = (node) => { stuck?.remove(); stuck = node; log.append(node); };
  stuck?.remove();
  const lost = () => { if (!stuck?.isConnected) put(log.trouble(data.words.lost, hurry)); };
  const hear = async (reply) => {
    stuck?.remove();
    if (reply.kind === "picture" && reply.sliders.length) await update(reply);
    else if (reply.kind !== "progress") log.append(await log.answer(reply, keep({ reply })));
  };
  try {
    await ask({ kind: "press", payload, locale: data.locale, aside: true, update: freshId() }, null, { hear, lost });
  } catch (error) {
    put(log.trouble(why(error), () => slide(payload, update)));
  }
}

function sendLine(text) {
  log.type = text.match(TYPE)?.[0].toUpperCase() ?? log.type;
  return converse({ kind: "line", text }, { text });
}

async function sendPhoto(text, shown) {
  const photo = await lighter(shown);
  // A photo that the server would refuse is not worth the person's data: it is told of, not sent.
  if (photo.size > data.maxPhotoBytes) return converse({ kind: "photo", problem: "too_large" }, { text, shown });
  hold(shown, text);
  return converse(text ? { kind: "line", text } : { kind: "photo" }, { text, photo, shown });
}

const composer = new Composer(data, (text, photo) => (photo ? sendPhoto(text, photo) : sendLine(text)));

for (const button of document.querySelectorAll("[data-line]")) button.addEventListener("click", () => sendLine(button.dataset.line));
// The way in comes back above the conversation: going there again would lose what is on the page.
document.querySelector(".brand").addEventListener("click", (event) => {
  event.preventDefault();
  hero.hidden = false;
  document.getElementById("scroller").scrollTop = 0;
});
const large = document.getElementById("large");
document.getElementById("large-close").addEventListener("click", () => large.close());
large.addEventListener("click", ({ target }) => { if (target === large) large.close(); });

function showSpecimen(type) {
  document.getElementById("specimen-face").replaceChildren(face(type));
  document.getElementById("specimen-letters").textContent = type;
  document.querySelector(".specimen").dataset.group = group(type);
}

for (const tile of document.querySelectorAll(".tile")) {
  const type = tile.textContent;
  tile.firstChild.replaceWith(face(type));
  tile.dataset.group = group(type);
  tile.addEventListener("click", () => sendLine(`/mbti ${type}`));
  for (const event of ["pointerenter", "focus"]) tile.addEventListener(event, () => showSpecimen(type));
}

let turn = types.indexOf("ENFP");
showSpecimen(types[turn]);
setInterval(() => {
  if (still.matches || hero.hidden || hero.querySelector(".tile:is(:hover, :focus)")) return;
  turn = (turn + 5) % types.length;
  showSpecimen(types[turn]);
}, 2600);

// Another language by the bar is one for the bot too.
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", (event) => {
    if (!localStorage.getItem("met")) return;
    event.preventDefault();
    languages.open = false;
    sendLine(`/language ${link.lang}`);
  });
}

// The list goes away when something else is turned to.
addEventListener("pointerdown", ({ target }) => { if (!languages.contains(target)) languages.open = false; });
languages.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  handOn(languages, languages.firstElementChild);
  languages.open = false;
});

await restore();
listen(unasked, silent);
