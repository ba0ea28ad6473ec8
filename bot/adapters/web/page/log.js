// The conversation on the page: bubbles, pictures, buttons, progress. Everything anyone wrote becomes text, never markup.

import { Controls } from "./controls.js";
import { element, handOn, still, swap } from "./element.js";
import { face, group } from "./faces.js";
import { media, release } from "./media.js";
import { Sliders } from "./sliders.js";
import { addressOf } from "./stream.js";
import { keep } from "./transcript.js";

// "ENFP · the campaigner", as the core names a type.
const TITLE = /^[EI][NS][FT][JP] · /;

export class Log {
  /** `press(button, node)` is called for a pressed button of a reply, `slide(payload, update)` for a moved slider, `share(code)` for a picture. */
  constructor(data, press, slide, share) {
    Object.assign(this, { data, slide, share });
    this.controls = new Controls(data, press);
    this.root = document.getElementById("log");
    this.scroller = document.getElementById("scroller");
    this.type = "ENFP";
    this.more = document.getElementById("more");
    this.more.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.look());
    new ResizeObserver(() => this.look()).observe(this.root);
    // A phone's keyboard, or a photo in the composer, takes room away: the end that was read stays in view.
    new ResizeObserver(() => { if (this.atEnd) this.toEnd(); }).observe(this.scroller);
  }

  get words() { return this.data.words; }

  get locale() { return this.data.locale; }

  /** Nothing that lies below the edge stays unnoticed. */
  look() {
    const empty = !this.root.children.length;
    this.more.hidden = empty || this.below() < 60;
    this.atEnd = !empty && this.below() < 4;
  }

  /** How many pixels of the conversation lie below what is seen. */
  below() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  message(side) {
    const body = element("div", { className: "body" });
    const node = element("div", { className: `message ${side}` });
    if (side === "bot") {
      const avatar = element("div", { className: "avatar" }, face(this.type));
      avatar.dataset.group = group(this.type);
      node.append(avatar);
    }
    body.append(element("span", { className: "unseen", textContent: `${this.words[side === "bot" ? "bot" : "you"]}: ` }));
    node.append(body);
    return node;
  }

  /** Make a change; whoever reads the end keeps reading the end. */
  change(make) {
    const atEnd = this.below() < 160;
    make();
    if (atEnd) this.toEnd();
  }

  append(node) {
    this.root.append(node);
    this.toEnd();
  }

  /** The reply of that number. */
  find(number) {
    return [...this.root.children].find(({ dataset }) => Number(dataset.number) === number);
  }

  /** Put an answer where the wait for it stood; what comes after the first goes to the end. */
  replace(place, node) {
    if (!place.isConnected) return this.root.append(node);
    place.after(node);
    handOn(place, node);
    place.remove();
  }

  /** Scroll to the end, where the newest question has its buttons, but not past the top of `node`. */
  reveal(node) {
    const top = Math.min(this.scroller.scrollHeight, node.offsetTop - 12);
    this.scroller.scrollTo({ top, behavior: still.matches ? "auto" : "smooth" });
  }

  /** Take a message away, with the bytes that it holds. */
  remove(node) {
    sessionStorage.removeItem(node.dataset.key);
    release(node);
    node.remove();
  }

  /** No picture of those two is seen any more. */
  end(pair) {
    for (const node of this.root.querySelectorAll(`[data-pair="${pair}"]`)) {
      handOn(node, this.root);
      this.remove(node);
    }
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** What the person said or showed; returns the message. */
  said(text, photo) {
    const node = this.yours(text, photo);
    this.append(node);
    return node;
  }

  yours(text, photo) {
    const node = this.message("you");
    const body = node.lastChild;
    if (photo) body.append(this.shown(photo));
    if (text) body.append(element("p", { className: "bubble", textContent: text }));
    return node;
  }

  /** The person's photo; by its name, where the browser cannot show it. */
  shown(photo) {
    const words = this.words["photo-sent"];
    const image = element("img", { className: "sent", src: URL.createObjectURL(photo), alt: words, onload: () => this.toEnd() });
    image.onerror = () => {
      URL.revokeObjectURL(image.src);
      image.replaceWith(element("p", { className: "bubble", textContent: `${words}: ${photo.name}` }));
    };
    return image;
  }

  /** A place for one answer: shows that work goes on until something else stands in it. */
  waiting() {
    const node = this.message("bot");
    const dots = element("div", { className: "bubble dots" }, element("span", { className: "unseen", textContent: this.words.thinking }));
    dots.append(element("i"), element("i"), element("i"));
    node.lastChild.append(dots);
    return node;
  }

  /** Such a place for a photo, which can be called back; `told(part)` shows how much of it has left. */
  sending(callBack) {
    const node = this.message("bot");
    const bar = element("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", this.words.sending);
    const much = element("span", { ariaHidden: "true" });
    const label = element("p", {}, element("span", { textContent: this.words.sending }), much);
    node.lastChild.append(element("div", { className: "bubble sending" }, label, bar), this.button("call-back", callBack));
    const percent = new Intl.NumberFormat(this.locale, { style: "percent" });
    node.told = (part) => {
      // All has left, but that is not to have arrived and been looked at.
      if (part === 1) bar.removeAttribute("value");
      else bar.value = part;
      much.textContent = percent.format(part);
    };
    node.told(0);
    return node;
  }

  button(word, press, style = "") {
    return element("button", { type: "button", className: `pill ${style}`, textContent: this.words[word], onclick: press });
  }

  /** Put `node` in the place of `old`, which is gone; whoever had the focus there goes on with the first button. */
  turn(old, node) {
    const text = (message) => message.querySelector(":scope > .body > .bubble");
    // From page to page the buttons stay where they are.
    if (old.classList.contains("turned") && text(old) && text(node)) text(node).style.minHeight = `${text(old).offsetHeight}px`;
    const had = old.contains(document.activeElement);
    this.change(() => old.replaceWith(node));
    if (had) (node.querySelector("button") ?? this.root).focus({ preventScroll: true });
    release(old);
    this.reveal(node);
  }

  /** The message of a text or a picture, which the tab keeps under `key`. */
  async answer(reply, key) {
    if (reply.ended) this.end(reply.ended);
    const node = reply.kind === "picture" ? await this.picture(reply, key) : this.text(reply);
    Object.assign(node.dataset, { key, number: reply.number, ...(reply.pair && { pair: reply.pair }) });
    node.lang = reply.lang ?? this.locale;
    node.classList.toggle("turned", reply.instead);
    return node;
  }

  text(reply) {
    const node = this.message("bot");
    node.lastChild.append(element("p", { className: "bubble", textContent: reply.text }));
    if (reply.link) node.lastChild.append(this.controls.link(`${location.origin}/s/${reply.link}`));
    node.lastChild.append(...this.controls.under(reply));
    return node;
  }

  /** Ready when its picture can be drawn, so that nothing moves when it arrives. */
  async picture(reply, key) {
    const node = this.message("bot");
    const { held, tools, wide } = await media(reply, this);
    const card = element("div", { className: wide ? "card wide" : "card" }, held);
    if (reply.text) card.append(this.caption(reply.text));
    card.append(tools);
    node.lastChild.append(card, ...this.controls.under(reply));
    if (reply.sliders.length) this.live(node, card, reply, key);
    return node;
  }

  /** A card whose picture follows its sliders; its caption and buttons have their room from the start. */
  live(node, card, { sliders }, key) {
    node.classList.add("live");
    const update = async (reply) => {
      const before = card.firstChild;
      // Who has uncovered the face keeps seeing it.
      reply.picture.covered &&= before.classList.contains("veiled");
      const { held, tools } = await media(reply, this);
      release(card);
      swap(before, held);
      swap(card.querySelector(".tools"), tools);
      card.querySelector(".caption")?.replaceWith(this.caption(reply.text));
      const menu = node.querySelector(".menu");
      if (menu) this.controls.renew(menu, reply.menu);
      follower.settle(reply.sliders);
      keep({ reply }, key);
    };
    node.classList.toggle("many", sliders.length > 2);
    const follower = new Sliders(sliders, this.data, (payload) => this.slide(payload, update));
    card.firstChild.after(follower.node);
  }

  /** A caption's paragraphs; one that names a type is the headline. */
  caption(text) {
    const lines = text.split(/\n{2,}/).map((line) => element("p", { className: TITLE.test(line) ? "title" : "", textContent: line }));
    return element("div", { className: "caption" }, ...lines);
  }

  /** One progress message, updated in place; its frame has the size of the picture to come. */
  progress() {
    const node = this.message("bot");
    const held = element("div", { className: "frame preview" }, face(this.type));
    held.dataset.group = group(this.type);
    const label = element("p", { className: "caption", ariaLive: "off" });
    const bar = element("progress", { max: 1 });
    bar.setAttribute("aria-label", this.words.working);
    const menu = element("div");
    node.lastChild.append(element("div", { className: "card working" }, held, label, bar), menu);
    return { node, update: (reply) => this.advance({ held, label, bar, menu }, reply) };
  }

  advance({ held, label, bar, menu }, reply) {
    label.textContent = reply.text;
    if (reply.fraction === null) bar.removeAttribute("value");
    else bar.value = reply.fraction;
    if (reply.preview && !reply.preview.covered) this.preview(held, reply.preview);
    // Buttons are only drawn anew when they change: a focused one keeps its focus.
    const drawn = JSON.stringify(reply.menu);
    if (menu.dataset.drawn !== drawn) {
      menu.replaceChildren(...(reply.menu.length ? [this.controls.menu(reply.menu)] : []));
      menu.dataset.drawn = drawn;
    }
  }

  async preview(held, picture) {
    const image = element("img", { src: addressOf(picture), alt: picture.alt });
    await image.decode().catch(() => {});
    const before = held.querySelector("img");
    held.replaceChildren(image);
    if (before) URL.revokeObjectURL(before.src);
  }

  /** What went wrong; it can be tried again and, with `callBack`, be given up. */
  trouble(text, retry, callBack) {
    const node = this.message("bot");
    node.classList.add("trouble");
    const again = this.button("retry", () => { handOn(node, this.root); node.remove(); retry(); }, "primary");
    const buttons = callBack ? [again, this.button("call-back", callBack)] : [again];
    node.lastChild.append(element("p", { className: "bubble", textContent: text }), element("div", { className: "buttons" }, ...buttons));
    return node;
  }
}
