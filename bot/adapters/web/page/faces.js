// A small drawn face for each type, one feature a letter: E/I the eyes, N/S the brows, F/T the mouth, P/J the head and hair.

const SVG = "http://www.w3.org/2000/svg";
const INK = "#2a1a1f";
const GROUPS = { NF: ["#f2765a", "#ffb39c"], NT: ["#9a86ee", "#cbbffb"], SJ: ["#3fa79f", "#9bd8d0"], SP: ["#efb03a", "#fbdc93"] };

export const TYPE = /\b[EI][NS][FT][JP]\b/i;

function part(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const line = (d, width = 4.5) =>
  part("path", { d, fill: "none", stroke: INK, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" });
const dot = (cx, cy, r, fill = INK) => part("circle", { cx, cy, r, fill });

function head(type, [base, light]) {
  const shape = type[3] === "J"
    ? part("rect", { x: 14, y: 16, width: 72, height: 76, rx: 27, fill: base })
    : part("path", { d: "M50 13C76 11 91 30 88 54 86 78 70 93 50 93 29 93 13 79 12 55 11 31 26 14 50 13Z", fill: base });
  const hair = type[3] === "J"
    ? part("path", { d: "M14 44V43C14 26 26 15 41 15H59C74 15 86 26 86 43V44C72 41 62 35 56 27 48 38 32 44 14 44Z", fill: INK })
    : part("path", { d: "M12 52C9 42 12 33 17 28 15 22 20 15 28 16 32 8 43 6 49 11 57 4 69 8 71 15 80 15 86 23 84 30 90 36 91 45 88 52 80 44 77 38 76 32 66 35 57 33 51 28 42 35 31 36 24 34 21 40 17 46 12 52Z", fill: INK });
  return [shape, hair, part("ellipse", { cx: 50, cy: 70, rx: 27, ry: 17, fill: light, opacity: 0.45 })];
}

function brows(type) {
  return type[1] === "N" ? [line("M27 47Q35 40 43 45", 3.6), line("M58 44Q66 38 74 46", 3.6)] : [line("M28 46H42", 3.6), line("M59 46H73", 3.6)];
}

function eyes(type) {
  if (type[0] === "E") return [dot(36, 57, 6), dot(65, 57, 6), dot(38, 55, 1.9, "#fff"), dot(67, 55, 1.9, "#fff")];
  return [line("M29 56Q36 63 43 56"), line("M58 56Q65 63 72 56")];
}

function mouth(type, [, light]) {
  const warm = [part("path", { d: "M38 73Q50 87 63 73Z", fill: INK, stroke: INK, "stroke-width": 3, "stroke-linejoin": "round" }), dot(27, 69, 5, light), dot(74, 69, 5, light)];
  return type[2] === "F" ? warm : [line("M41 77Q53 79 62 73")];
}

/** The face of a type as an SVG that screen readers pass over. */
export function face(type) {
  const colours = GROUPS[group(type)];
  const svg = part("svg", { viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false" });
  const gaze = part("g", { class: "gaze" });
  gaze.append(...eyes(type));
  svg.append(...head(type, colours), ...brows(type), gaze, ...mouth(type, colours));
  return svg;
}

export const group = (type) => (type[1] === "N" ? type[1] + type[2] : type[1] + type[3]);
