// What a reply shows: a picture to enlarge, a film that loops, or a file to keep; and what can be done with it, beside it.

import { element, still } from "./element.js";
import { addressOf } from "./stream.js";

function size(bytes, locale) {
  const [unit, much] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(much);
}

function enlarge(href, alt, name) {
  Object.assign(document.getElementById("large-picture"), { src: href, alt });
  Object.assign(document.getElementById("large-save"), { href, download: name });
  document.getElementById("large").showModal();
}

const saved = (href, name, words) => element("a", { className: "pill save", href, download: name, textContent: words.save });

function sharing(code, { words, share }) {
  const button = element("button", { type: "button", className: "pill", textContent: words.share });
  button.addEventListener("click", () => share(code));
  return button;
}

/** What is covered is not seen, reached or read out before its button is pressed. */
function veil(shown, { words }) {
  const button = element("button", { type: "button", className: "pill", textContent: words.uncover });
  const cover = element("div", { className: "cover" }, element("p", { textContent: words.covered }), button);
  const held = element("div", { className: "held veiled" }, shown, cover);
  shown.inert = true;
  button.addEventListener("click", () => {
    shown.inert = false;
    held.classList.remove("veiled");
    cover.remove();
    (shown.querySelector("video") ?? shown).focus();
  });
  return held;
}

/** Waits until the picture can be drawn, so that nothing moves when it arrives. */
async function picture({ name, alt }, href, made, page) {
  const { words } = page;
  const image = element("img", { src: href, alt });
  await image.decode().catch(() => {});
  const open = element("button", { type: "button", className: "frame", title: words.open }, image);
  open.setAttribute("aria-label", `${words.open}: ${alt}`);
  open.addEventListener("click", () => enlarge(href, alt, name));
  // Single faces are square; cards and sheets have words that want room.
  const wide = image.naturalWidth !== image.naturalHeight;
  return { shown: open, tools: [...(made ? [sharing(made, page)] : []), saved(href, name, words)], wide };
}

/** Has the shape of its poster from the start. Who wants no motion starts it by hand. */
async function film({ name, alt, poster }, href, words) {
  const video = element("video", { src: href, controls: true, loop: true, muted: true, playsInline: true, preload: "auto" });
  video.setAttribute("aria-label", alt);
  if (poster) {
    const first = element("img", { src: addressOf({ data: poster, type: "image/jpeg" }) });
    await first.decode().catch(() => {});
    Object.assign(video, { poster: first.src, width: first.naturalWidth, height: first.naturalHeight });
  }
  const run = () => { if (still.matches) video.pause(); else video.play().catch(() => {}); };
  video.addEventListener("canplay", run, { once: true });
  still.addEventListener("change", run);
  return { shown: element("div", { className: "frame film" }, video), tools: [saved(href, name, words)] };
}

function file({ name, data }, href, { words, locale }) {
  const bytes = Math.floor((data.length * 3) / 4) - (data.match(/=*$/)[0].length);
  const link = element("a", { className: "pill file", href, download: name }, element("b", { textContent: name }), element("span", { textContent: `${words.save} · ${size(bytes, locale)}` }));
  return { shown: link, tools: [] };
}

/** A reply's picture, and its `tools`; `wide` when it is more than one face. `page` has the `words` and the `locale`, and can `share` a code. */
export async function media(reply, page) {
  const { type, covered } = reply.picture;
  const href = addressOf(reply.picture);
  const handed = reply.whole || !/^(image|video)\//.test(type);
  const made = handed ? file(reply.picture, href, page)
    : type.startsWith("video/") ? await film(reply.picture, href, page.words)
    : await picture(reply.picture, href, reply.made, page);
  const held = covered && !handed ? veil(made.shown, page) : element("div", { className: "held" }, made.shown);
  return { held, tools: element("div", { className: "tools" }, ...made.tools), wide: made.wide };
}

/** Let the bytes go of what is not shown any more. */
export function release(node) {
  const links = [...node.querySelectorAll("[href], [src], [poster]")].flatMap(({ href, src, poster }) => [href, src, poster]);
  for (const link of new Set(links)) if (link?.startsWith("blob:")) URL.revokeObjectURL(link);
}
