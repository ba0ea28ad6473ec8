// What was said in this tab, so that a reload brings it back with its pictures. It ends with the tab, or with /forget.

const PREFIX = "said-";
/** A film this long is kept as its first picture. */
const MOST_CHARACTERS = 1_000_000;

const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).sort();

function smaller(item) {
  const { picture } = item.reply ?? {};
  if (!picture || picture.data.length < MOST_CHARACTERS) return item;
  if (!picture.poster) return null;
  return { ...item, reply: { ...item.reply, picture: { ...picture, data: picture.poster, type: "image/jpeg" } } };
}

/** Keep what was said by the person or, as `reply`, to them; returns its key, under which a later state may take its place. */
export function keep(item, key = PREFIX + String(Number(keys().at(-1)?.slice(PREFIX.length) ?? 0) + 1).padStart(6, "0")) {
  const kept = smaller(item);
  while (kept) {
    try {
      sessionStorage.setItem(key, JSON.stringify(kept));
      return key;
    } catch {
      const [oldest] = keys();
      if (!oldest || oldest === key) break;
      sessionStorage.removeItem(oldest);
    }
  }
  return key;
}

/** All of it, oldest first. */
export const kept = () => keys().map((key) => ({ key, ...JSON.parse(sessionStorage.getItem(key)) }));

/** As if nothing had been said. */
export function drop() {
  for (const key of keys()) sessionStorage.removeItem(key);
}
