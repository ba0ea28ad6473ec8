// The buttons and selects under a reply.

import { element } from "./element.js";

const STYLES = new Set(["primary", "secondary", "success", "danger"]);
let made = 0;

export class Controls {
  /** `press(button, node)` is called for what is chosen; the words are those that `data` has at that time. */
  constructor(data, press) {
    Object.assign(this, { data, press });
  }

  button({ label, payload, style }) {
    const node = element("button", { type: "button", className: `pill ${STYLES.has(style) ? style : "secondary"}`, textContent: label });
    node.dataset.payload = payload;
    node.addEventListener("click", () => this.press({ label, payload }, node));
    return node;
  }

  menu(rows) {
    return element("div", { className: "menu" }, ...rows.map((row) => element("div", { className: "buttons" }, ...row.map((one) => this.button(one)))));
  }

  /** Chosen by its button: moving through the options with the keyboard sends nothing. */
  select({ label, options }) {
    const id = `select-${++made}`;
    const list = element("select", { id }, ...options.map((one) => element("option", { value: one.payload, textContent: one.label, selected: one.style === "primary" })));
    const choose = element("button", { type: "button", className: "pill", textContent: this.data.words.choose });
    choose.addEventListener("click", () => this.press(options[list.selectedIndex], choose));
    return element("div", { className: "select" }, element("label", { htmlFor: id, textContent: label }), list, choose);
  }

  /** An address to hand on. Where the browser lets nobody copy, it is selected instead. */
  link(address) {
    const field = element("input", { type: "text", readOnly: true, value: address });
    field.setAttribute("aria-label", this.data.words.link);
    field.addEventListener("focus", () => field.select());
    const copy = element("button", { type: "button", className: "pill primary", textContent: this.data.words.copy });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(address);
        copy.textContent = this.data.words.copied;
      } catch { field.focus(); }
    });
    return element("div", { className: "link" }, field, copy);
  }

  /** What belongs under a reply. */
  under({ select, menu }) {
    return [...(select ? [this.select(select)] : []), ...(menu.length ? [this.menu(menu)] : [])];
  }

  /** Make a menu that is shown say `rows`: what stays keeps its place, what goes leaves its own free, what is new comes last. */
  renew(menu, rows) {
    const most = Math.max(rows.length, menu.children.length);
    Array.from({ length: most }, (_, at) => rows[at] ?? []).forEach((row, at) => {
      const line = menu.children[at] ?? menu.appendChild(element("div", { className: "buttons" }));
      const kept = new Map([...line.children].map((node) => [node.textContent, node]));
      for (const [label, node] of kept) node.classList.toggle("idle", !row.some((one) => one.label === label));
      for (const one of row) {
        const node = kept.get(one.label);
        if (node?.dataset.payload === one.payload) continue;
        if (node) node.replaceWith(this.button(one));
        else line.append(this.button(one));
      }
    });
  }
}
