// Sliders under a face: a moved one asks for the face anew, and the answer takes the place of what was there.

import { element } from "./element.js";

const QUIET_MS = 150;
const RESETTING = "Delete Backspace 0";
let made = 0;

function teller(unit, locale) {
  if (unit === "percent") return (value) => new Intl.NumberFormat(locale, { style: "percent" }).format(value / 100);
  const signed = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, signDisplay: "exceptZero" });
  return (value) => signed.format(value / 10).replace("-", "−");
}

export class Sliders {
  /** `move(payload)` sends a press, and resolves when it is answered. */
  constructor(sliders, { locale, words }, move) {
    Object.assign(this, { locale, words, move, wanted: new Map(), sending: false });
    this.rows = new Map(sliders.map((slider) => [slider.payload, this.row(slider)]));
    this.node = element("div", { className: "sliders" });
    const groups = new Map(sliders.some(({ group }) => !group) ? [["", this.node]] : []);
    for (const slider of sliders) this.group(groups, slider).append(this.rows.get(slider.payload).node);
  }

  /** Where a slider belongs: in the open, or folded under its group's name, unless it is moved already. */
  group(groups, { group, value }) {
    if (!groups.has(group)) {
      const fold = element("details", { className: "fold", open: !groups.size }, element("summary", { textContent: group }));
      groups.set(group, fold);
      this.node.append(fold);
    }
    const found = groups.get(group);
    if (value) found.open = true;
    return found;
  }

  row({ label, payload, low, high, value, unit }) {
    const tell = teller(unit, this.locale);
    const input = element("input", { type: "range", id: `slider-${++made}`, min: low, max: high, value });
    const output = element("output", { htmlFor: input.id });
    const node = element("div", { className: "slider" }, element("label", { htmlFor: input.id, textContent: label }), output, input);
    const back = low < 0 && high > 0 ? this.neutral(node, input, label) : null;
    const part = (of) => (of - low) / (high - low);
    const show = () => {
      const now = input.valueAsNumber;
      output.textContent = tell(now);
      input.setAttribute("aria-valuetext", output.textContent);
      // What is coloured lies between where nothing is changed and where the slider is.
      const from = back ? 0 : low;
      input.style.setProperty("--from", part(Math.min(from, now)));
      input.style.setProperty("--to", part(Math.max(from, now)));
      if (!back) return;
      input.style.setProperty("--zero", part(0));
      back.classList.toggle("idle", !now);
    };
    input.addEventListener("input", () => { show(); this.moved(payload, input.value); });
    show();
    return { node, input, show };
  }

  /** Where nothing is changed has a mark, and three ways back: a button, a double click, and the keyboard. */
  neutral(node, input, label) {
    const back = element("button", { type: "button", className: "back", textContent: "↺", title: this.words.reset });
    back.setAttribute("aria-label", `${label}: ${this.words.reset}`);
    input.classList.add("marked");
    input.setAttribute("aria-keyshortcuts", RESETTING);
    const reset = () => {
      if (!input.valueAsNumber) return;
      input.value = 0;
      input.dispatchEvent(new Event("input"));
    };
    back.addEventListener("click", () => { input.focus(); reset(); });
    input.addEventListener("dblclick", reset);
    input.addEventListener("keydown", (event) => {
      if (!RESETTING.split(" ").includes(event.key)) return;
      event.preventDefault();
      reset();
    });
    node.insertBefore(back, input);
    return back;
  }

  /** The newest value of each slider wins; one press is on its way at a time. */
  moved(payload, value) {
    this.wanted.set(payload, value);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), QUIET_MS);
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.wanted.size) {
      const [[payload, value]] = this.wanted;
      this.wanted.delete(payload);
      await this.move(payload + value);
    }
    this.sending = false;
  }

  /** What the answer says of the values, except of those that have been moved since. */
  settle(sliders) {
    for (const { payload, value } of sliders) {
      const row = this.rows.get(payload);
      if (!row || this.wanted.has(payload)) continue;
      row.input.value = value;
      row.show();
    }
  }
}
