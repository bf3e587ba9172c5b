// A list that keys walk through, reorder and play: `all` its items, `here` the one with the focus, `move(item, by)`, `play(button)`.
import { keys } from "./keys.js";
import { current } from "./play.js";

export function listKeys({ all, here, move, play }) {
  const step = (by) => {
    const found = all();
    const at = found.indexOf(here());
    found[at < 0 ? 0 : Math.min(Math.max(at + by, 0), found.length - 1)]?.focus();
  };
  const shift = (by) => {
    const one = here();
    if (!one) return false;
    move(one, by);
    one.focus();
  };
  keys({
    next: () => step(1),
    previous: () => step(-1),
    up: () => shift(-1),
    down: () => shift(1),
    play() {
      const button = here()?.querySelector(".play") ?? current();
      if (!button) return false;
      play(button);
    },
  });
}
