// One thing that the person does, and what comes of it: their message, the wait, and the answer.

import { givenBack } from "./held.js";
import { data, follow } from "./speech.js";
import { Refused, Stopped, ask, freshId, hurry } from "./stream.js";
import { keep } from "./transcript.js";

/** So long a press stays unsaid: an answer that takes the place of its message leaves nothing to say. */
const SOON_MS = 250;

export function why(error) {
  const { words } = data;
  if (!(error instanceof Refused)) return words.failed;
  return { 403: words.forbidden, 408: words.slow, 429: words.crowded }[error.status] ?? words.failed;
}

export class Exchange {
  /** `page` has the `log`, is told what was answered (`remember`), and takes a photo that comes back (`attach`).
   *
   * `photo` is sent, `shown` only shown; `from` is the message whose button was pressed.
   */
  constructor(page, event, { text = "", photo = null, shown = null, from = null }) {
    Object.assign(this, { ...page, event, text, photo, shown, from, mine: null, place: null, update: freshId() });
  }

  /** Send it and show the answer; when it cannot be sent, offer to send it again. */
  async run() {
    this.mine?.classList.remove("unanswered");
    this.start();
    const { update } = this;
    try {
      await ask({ ...this.event, update, locale: data.locale }, this.photo, this);
      this.over();
    } catch (error) {
      this.fail(error);
    }
  }

  start() {
    Object.assign(this, { place: null, first: null, progress: null, received: !this.photo });
    if (!this.from) this.appear();
    // Who goes from page to page is shown the next one, and nothing in between.
    else if (!this.from.classList.contains("turned")) this.soon = setTimeout(() => this.appear(), SOON_MS);
  }

  over() {
    clearTimeout(this.soon);
    this.place?.remove();
  }

  /** The person's message, and that it is being answered. */
  appear() {
    clearTimeout(this.soon);
    if (!this.mine && (this.text || this.shown)) {
      this.mine = this.log.said(this.text, this.shown);
      this.mine.dataset.key = keep({ said: this.text, photo: Boolean(this.shown), update: this.update });
    }
    if (!this.place) this.wait();
  }

  wait() {
    this.waiting = this.received ? this.log.waiting() : this.log.sending(() => this.stop());
    this.put(this.waiting);
    this.log.toEnd();
  }

  put(node) {
    if (this.place) this.log.replace(this.place, node);
    else this.log.append(node);
    this.place = node;
  }

  /** How much of the photo has left, 0 to 1. */
  sent(part) {
    if (this.received) return;
    if (this.place !== this.waiting) this.wait();
    this.waiting.told(part);
  }

  /** The photo is where it should be, and cannot be called back. */
  arrived() {
    const waited = !this.received && this.place === this.waiting;
    this.received = true;
    if (waited) this.wait();
  }

  /** Tell that the connection is lost, once, until it is back. */
  lost() {
    this.appear();
    if (this.place.classList.contains("trouble")) return;
    this.progress = null;
    const { lost, "lost-photo": photo } = data.words;
    this.put(this.log.trouble(this.received ? lost : photo, hurry, !this.received && (() => this.stop())));
    this.log.toEnd();
  }

  back() {
    if (this.place?.classList.contains("trouble")) this.wait();
  }

  async hear(reply) {
    if (reply.kind === "progress") return this.advance(reply);
    await this.heed(reply);
    const back = givenBack(reply);
    const old = reply.instead && this.newest();
    if (old) await this.turn(old, reply);
    else await this.say(reply);
    this.remember(reply);
    if (back) this.attach(back.photo, back.text);
  }

  /** A restart has lost the photo and what was to come of it: the old face would look like the answer. */
  async gone() {
    this.unanswered();
    await this.hear({ kind: "text", code: "photo_gone", text: data.words["photo-back"], menu: [] });
  }

  /** In another language the page speaks that one; what comes after it is in that one, too. */
  async heed(reply) {
    if (reply.code === "language_set") await follow();
    reply.lang = data.locale;
  }

  advance(reply) {
    this.appear();
    if (!this.progress) {
      this.progress = this.log.progress();
      this.put(this.progress.node);
      this.log.toEnd();
    }
    this.log.change(() => this.progress.update(reply));
  }

  async say(reply) {
    this.appear();
    const answer = await this.log.answer(reply, keep({ reply }));
    this.log.replace(this.place, answer);
    // What was asked for comes first: what it leads to is below it.
    this.first ??= answer;
    this.log.reveal(this.first);
    this.progress = null;
  }

  /** What stands now where the pressed button stood: another press may have been answered meanwhile. */
  newest() {
    let found = this.from;
    while (found && !found.isConnected) found = found.next;
    return found;
  }

  /** The answer takes the place of the message; the press is not said. */
  async turn(old, reply) {
    if (this.mine) this.log.remove(this.mine);
    this.place?.remove();
    Object.assign(this, { mine: null, place: null });
    clearTimeout(this.soon);
    const answer = await this.log.answer(reply, keep({ reply }, old.dataset.key));
    this.first = old.next = answer;
    this.log.turn(old, answer);
  }

  unanswered() {
    this.appear();
    this.mine.classList.add("unanswered");
    this.mine.lastChild.dataset.state = data.words["not-sent"];
  }

  fail(error) {
    this.appear();
    this.place.remove();
    if (error instanceof Stopped) {
      // A photo that is called back is in the person's hands again.
      this.log.remove(this.mine);
      return this.attach(this.shown, this.text);
    }
    this.unanswered();
    this.log.append(this.log.trouble(why(error), () => this.run()));
  }
}
