// The call page: controls, a waveform that seeks, a transcript that follows and seeks.
import { typing } from "./keys.js";

const audio = document.querySelector("#audio");
const player = document.querySelector("#player");
const seek = document.querySelector("#seek");
const position = document.querySelector("#position");
const follow = document.querySelector("#follow");
let turns = [];
let played = null;
function read() {
  turns = [...document.querySelectorAll("#script .turn[data-start]")].map((element) => ({
    element,
    said: element.querySelector(".said"),
    start: Number(element.dataset.start),
    end: Number(element.dataset.end),
    words: element.dataset.words ? element.dataset.words.split(" ").map((time) => time / 100) : [],
  }));
  played = document.querySelector("#played");
}
read();
const duration = Number(player.dataset.duration);
const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

audio.controls = false;
audio.hidden = true;
document.querySelector("#controls").hidden = false;
if (seek) seek.hidden = false;

// --- the sound

const play = () => audio.play().catch(() => {});
function go(time, { start = true } = {}) {
  audio.currentTime = Math.min(Math.max(0, time), duration);
  draw();
  if (start) play();
}

const actions = {
  play: () => (audio.paused ? play() : audio.pause()),
  back: () => go(audio.currentTime - 5, { start: false }),
  forward: () => go(audio.currentTime + 5, { start: false }),
};
player.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
document.querySelector("#speed").addEventListener("change", (event) => (audio.playbackRate = Number(event.target.value)));
seek?.addEventListener("input", () => go(Number(seek.value), { start: false }));
const button = player.querySelector("[data-do=play]");
for (const name of ["play", "pause"]) {
  audio.addEventListener(name, () => {
    button.classList.toggle("playing", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    if (!audio.paused) requestAnimationFrame(tick);
  });
}
audio.addEventListener("seeked", draw);
function tick() {
  draw();
  if (!audio.paused) requestAnimationFrame(tick);
}

// --- following

let current = null;
const word = globalThis.Highlight ? new Highlight() : null;
if (word) CSS.highlights.set("word", word);

function draw() {
  const time = audio.currentTime;
  position.textContent = clock(time);
  if (seek) {
    seek.value = time;
    seek.setAttribute("aria-valuetext", clock(time));
    played?.setAttribute("width", (time / duration) * 1000);
  }
  const turn = turns.findLast((one) => one.start <= time + 0.05 && time < one.end + 0.4) ?? null;
  if (turn !== current) {
    current?.element.classList.remove("now");
    turn?.element.classList.add("now");
    current = turn;
    if (turn && follow.checked) bring(turn.element);
  }
  if (word) {
    word.clear();
    const range = turn && rangeOf(turn, turn.words.findLastIndex((start) => start <= time + 0.02));
    if (range) word.add(range);
  }
}

// Somebody said who is who and the words were written anew; the sound goes on.
document.addEventListener("rewritten", () => {
  read();
  current = null;
  draw();
});

function bring(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const shelf = player.getBoundingClientRect().bottom;
  if (top > shelf + 8 && bottom < innerHeight - 48) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + top - shelf - 48, behavior: calm ? "auto" : "smooth" });
}

// Words are one space apart, so the n-th word of a turn is found in its text without an element for each.
function rangeOf(turn, index) {
  if (index < 0) return null;
  const text = turn.said.textContent;
  let start = 0;
  for (let skipped = 0; skipped < index; skipped++) start = text.indexOf(" ", start) + 1;
  const space = text.indexOf(" ", start);
  const [from, to] = [nodeAt(turn.said, start), nodeAt(turn.said, space < 0 ? text.length : space, true)];
  const range = new Range();
  range.setStart(...from);
  range.setEnd(...to);
  return range;
}

function nodeAt(root, offset, end = false) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let node;
  while ((node = walker.nextNode())) {
    if (end ? offset <= node.length : offset < node.length) return [node, offset];
    offset -= node.length;
  }
  return [root, root.childNodes.length];
}

// --- seeking from the words

function offsetIn(root, node, offset) {
  const range = new Range();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#script .said") || event.target.closest("a") || String(getSelection())) return;
  const turn = turns.find((one) => one.said === event.target.closest(".said"));
  if (!turn) return;
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const range = caret ? null : document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [range?.startContainer, range?.startOffset];
  if (!turn.words.length || !node || !turn.said.contains(node)) return go(turn.start);
  const index = turn.said.textContent.slice(0, offsetIn(turn.said, node, offset)).split(" ").length - 1;
  go(turn.words[Math.min(index, turn.words.length - 1)]);
});

// --- links to a time: #t=83

function fromHash({ start }) {
  const match = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  if (!match) return;
  go(Number(match[1]), { start });
  const turn = turns.findLast((one) => one.start <= Number(match[1]) + 0.06);
  if (turn) bring(turn.element);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#t="], a[*|href^="#t="]');
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.getAttribute("href"));
  fromHash({ start: true });
});
addEventListener("hashchange", () => fromHash({ start: true }));
fromHash({ start: false });

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.target.closest("summary, button, a") && event.key === " ") return;
  const action = { " ": "play", k: "play", ArrowLeft: "back", ArrowRight: "forward", j: "back", l: "forward" }[event.key];
  if (!action) return;
  event.preventDefault();
  actions[action]();
});
