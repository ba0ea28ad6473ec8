// A node with properties and children. What is given as text becomes text, never markup.

export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/** Whether the person wants no motion, now. */
export const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Before `gone` goes: if it has the focus, `next` gets it, so that the keyboard goes on from there. */
export function handOn(gone, next) {
  if (!gone.contains(document.activeElement)) return;
  if (next.tabIndex < 0) next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

/** Put `next`, which is made alike, where `old` stood: the button that has the focus hands it on to its like. */
export function swap(old, next) {
  const pressed = (node) => [...node.querySelectorAll("a, button")];
  const at = pressed(old).indexOf(document.activeElement);
  old.replaceWith(next);
  pressed(next)[at]?.focus({ preventScroll: true });
}
