// Where the person writes: text with suggestions for commands, and a photo by picker, drop or paste.

import { element } from "./element.js";

const byId = (id) => document.getElementById(id);

/** The words that may come next in what is typed so far: commands, then each option's choices. */
export function suggest(typed, commands) {
  if (!typed.startsWith("/")) return [];
  const words = typed.slice(1).split(/\s+/);
  const last = words.at(-1).toLowerCase();
  if (words.length === 1) return commands.filter(({ name }) => name.startsWith(last)).map(({ name, about, choices }) => ({ value: `/${name}${choices.length ? " " : ""}`, label: `/${name}`, about }));
  const command = commands.find(({ name }) => name === words[0].toLowerCase());
  const choices = command?.choices[words.length - 2] ?? [];
  const before = typed.slice(0, typed.length - words.at(-1).length);
  return choices.filter((choice) => choice.toLowerCase().startsWith(last) && choice.toLowerCase() !== last).map((choice) => ({ value: `${before}${choice} `, label: choice, about: "" }));
}

export class Composer {
  /** `send(text, photo)` is called with what the person made; `data` is what the server told the page. */
  constructor(data, send) {
    Object.assign(this, { data, send, photo: null, active: -1, offers: [] });
    this.input = byId("say");
    this.list = byId("suggestions");
    this.input.value = sessionStorage.getItem("draft") ?? "";
    // What the browser cannot show has its name.
    byId("attached-picture").onerror = ({ target }) => { target.hidden = true; };
    this.listenToText();
    this.listenToPhotos();
  }

  listenToText() {
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.offer([]));
    byId("commands").addEventListener("click", () => { this.fill("/"); });
    // A suggestion is taken on mousedown's click; the input must keep its focus for that.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    byId("commands").addEventListener("mousedown", (event) => event.preventDefault());
  }

  listenToPhotos() {
    const file = byId("file");
    byId("pick").addEventListener("click", () => file.click());
    file.addEventListener("change", () => { this.attach(file.files[0]); file.value = ""; });
    byId("detach").addEventListener("click", () => { this.attach(null); this.input.focus(); });
    document.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])][0];
      if (pasted) { event.preventDefault(); this.attach(pasted); }
    });
    this.listenToDrops();
  }

  listenToDrops() {
    const veil = byId("drop");
    const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => { if (carriesFile(event)) { event.preventDefault(); veil.hidden = false; } });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hidden = true; });
    document.addEventListener("drop", (event) => {
      veil.hidden = true;
      if (!carriesFile(event)) return;
      event.preventDefault();
      this.attach(event.dataTransfer.files[0]);
    });
  }

  fill(text) {
    this.input.value = text;
    this.input.focus();
    this.changed();
  }

  changed() {
    sessionStorage.setItem("draft", this.input.value);
    this.offer(suggest(this.input.value, this.data.commands));
  }

  offer(offers) {
    this.offers = offers;
    this.list.hidden = !offers.length;
    this.input.setAttribute("aria-expanded", String(offers.length > 0));
    this.list.replaceChildren(...offers.map(({ value, label, about }, index) => {
      const item = element("li", { id: `offer-${index}` }, element("b", { textContent: label }), element("span", { textContent: about }));
      item.setAttribute("role", "option");
      item.addEventListener("click", () => this.fill(value));
      return item;
    }));
    this.list.classList.toggle("short", offers.length > 0 && !offers[0].about);
    this.mark(-1);
  }

  mark(index) {
    this.active = index;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `offer-${index}`);
  }

  key(event) {
    const count = this.offers.length;
    if (!count || event.isComposing) return;
    const taken = {
      ArrowDown: () => this.mark((this.active + 1) % count),
      ArrowUp: () => this.mark(this.active <= 0 ? count - 1 : this.active - 1),
      Escape: () => this.offer([]),
      Enter: this.active >= 0 ? () => this.fill(this.offers[this.active].value) : null,
    }[event.key];
    if (taken) { event.preventDefault(); taken(); }
  }

  notice(text) {
    byId("notice").textContent = text;
    byId("notice").hidden = !text;
  }

  /** Show the photo that the next message will carry; null takes it away. */
  attach(photo) {
    const picture = byId("attached-picture");
    if (picture.src) URL.revokeObjectURL(picture.src);
    const refused = photo && photo.type && !byId("file").accept.split(",").includes(photo.type);
    this.notice(refused ? this.data.words["photo-only"] : "");
    this.photo = photo && !refused ? photo : null;
    byId("attached").hidden = !this.photo;
    if (!this.photo) return picture.removeAttribute("src");
    Object.assign(picture, { hidden: false, src: URL.createObjectURL(this.photo) });
    byId("attached-name").textContent = this.photo.name;
    byId("send").focus();
  }

  /** A photo that was sent before, with its command; what the person has chosen or written since stays. */
  takeBack(photo, text) {
    if (text && !this.input.value) this.fill(text);
    if (!this.photo) this.attach(photo);
  }

  submit() {
    const text = this.input.value.trim();
    const photo = this.photo;
    if (!text && !photo) return this.input.focus();
    // Words beside a photo that are no command stay in the box: they are the next message.
    const keep = photo && text && !text.startsWith("/");
    this.attach(null);
    this.fill(keep ? text : "");
    this.offer([]);
    this.send(keep ? "" : text, photo);
  }
}
