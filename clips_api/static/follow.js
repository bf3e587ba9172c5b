// The transcript follows the sound: the turn and the word that are heard are marked, and come into view.
import { audio, draw, go, watch } from "./player.js";
import { all, at, before, rangeOf, turnOf, wordAt, wordUnder } from "./transcript.js";

const HOLD = 5000; // milliseconds in which whoever scrolls by hand is left in peace
const player = document.querySelector("#player");
const dock = document.querySelector("#controls");
const following = document.querySelector("#follow");
const marked = globalThis.Highlight ? new Highlight() : null;
if (marked) CSS.highlights.set("word", marked);
let current = null;
let word = -1;
let scrolled = -HOLD;

for (const name of ["wheel", "touchmove"]) addEventListener(name, () => (scrolled = performance.now()), { passive: true });

watch((time) => {
  const turn = at(time);
  const heard = turn ? wordAt(turn, time + 0.02) : -1;
  if (turn !== current) {
    current?.element.classList.remove("now");
    turn?.element.classList.add("now");
    const still = performance.now() - scrolled > HOLD && getSelection().isCollapsed;
    if (turn && following.checked && still) bring(turn.element);
  } else if (heard === word) return;
  [current, word] = [turn, heard];
  marked?.clear();
  const range = turn && rangeOf(turn, heard, heard);
  if (range) marked?.add(range);
});

export const now = () => current ?? before(audio.currentTime + 0.06) ?? all()[0] ?? null;

// The words were written anew: mark them again.
export function again() {
  current = null;
  word = -1;
  draw();
}

export function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const shelf = Math.max(0, getComputedStyle(player).position === "sticky" ? player.getBoundingClientRect().bottom : 0);
  const floor = getComputedStyle(dock).position === "fixed" ? dock.getBoundingClientRect().top : innerHeight;
  if (top > shelf + 8 && bottom < floor - 16) return;
  const near = Math.abs(top - shelf) < 2 * innerHeight && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + top - shelf - 48, behavior: near ? "smooth" : "instant" });
}

// A click on a word goes there.
export function seekTo(event) {
  const turn = turnOf(event.target.closest(".said"));
  if (!turn) return;
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const range = caret ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [range?.startContainer, range?.startOffset];
  const known = turn.words.length && node && turn.said.contains(node);
  go(known ? turn.words[wordUnder(turn, node, offset)].start : turn.start, { start: true });
}
