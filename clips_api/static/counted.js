// The moments behind a count play in place, one at a time.
import { toggle } from "./play.js";

document.addEventListener("click", (event) => {
  const play = event.target.closest("main .play");
  if (!play || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(play);
});
