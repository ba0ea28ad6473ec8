// The page's own words, which follow the language that is chosen while it is open.

/** What `/words` and the page's data block hold: `locale`, `words`, `commands`, and what never changes. */
export const data = JSON.parse(document.getElementById("data").textContent);

function put(words) {
  document.documentElement.lang = data.locale;
  for (const node of document.querySelectorAll("[data-said]")) node.textContent = words[node.dataset.said];
  for (const node of document.querySelectorAll("[data-name]")) {
    const name = words[node.dataset.name];
    node.setAttribute("aria-label", name);
    if (node.title) node.title = name;
  }
  document.getElementById("say").placeholder = words.placeholder;
  for (const link of document.querySelectorAll(".languages a")) {
    if (link.lang === data.locale) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Speak as the person has chosen; while that cannot be had, go on as before. A hint in the address has had its day. */
export async function follow() {
  try {
    const answer = await fetch("/words");
    if (!answer.ok) return;
    Object.assign(data, await answer.json());
    put(data.words);
    history.replaceState(null, "", "/");
  } catch { /* the next load asks again */ }
}
