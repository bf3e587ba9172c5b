// A clip made by hand: words selected by mouse, finger or keys, and a bar of what to do with it. It is a span of seconds, so
// it stays when the words are written anew.
import { hashOf, settle } from "./address.js";
import { clock } from "./clock.js";
import { now } from "./follow.js";
import { audio, duration } from "./player.js";
import { tell } from "./tell.js";
import { all, lastWhere, rangesBetween, spoken, wordBefore, wordUnder } from "./transcript.js";

const bar = document.querySelector("#clip");
const label = document.querySelector("#clip-name");
const panel = bar.querySelector(".share");
const shaded = globalThis.Highlight ? new Highlight() : null;
if (shaded) CSS.highlights.set("clip", shaded);
let clip = null;
let cameFrom = null;

export const chosen = () => clip;
export const words = () => rangesBetween(clip.start, clip.end).join(" ");
export const clipId = () => [bar.dataset.call, ...[clip.start, clip.end].map((time) => Math.round(time * 1000))].join("-");

export function choose(start, end, { focus = false } = {}) {
  clip = { start: Math.max(0, start), end: Math.min(end, duration) };
  label.textContent = `Clip ${clock(clip.start)} to ${clock(clip.end)}`;
  if (bar.hidden) cameFrom = document.activeElement;
  bar.hidden = false;
  restore();
  shared();
  settle(hashOf(clip.start, clip.end));
  tell(label.textContent, { quiet: true });
  if (focus && !bar.contains(document.activeElement)) bar.querySelector("button").focus({ preventScroll: true });
}

export function dismiss() {
  if (!clip) return false;
  clip = null;
  shaded?.clear();
  getSelection().removeAllRanges();
  const inside = bar.contains(document.activeElement);
  bar.hidden = true;
  if (inside) (cameFrom?.isConnected ? cameFrom : document.querySelector("main")).focus({ preventScroll: true });
  settle(hashOf(audio.currentTime));
}

// The panel for sharing is about this clip, and not about the one before.
function shared() {
  if (!panel || panel.dataset.clip === clipId()) return;
  panel.open = false;
  panel.dataset.clip = clipId();
  for (const part of panel.querySelectorAll(".made, .links")) part.replaceChildren();
  for (const link of panel.querySelectorAll("a[href]")) {
    link.setAttribute("href", link.getAttribute("href").replace(/clips\/[^/]+/, `clips/${clipId()}`));
  }
}

export function share() {
  if (!panel) return false; // a rep shares nothing
  panel.open = true;
  panel.querySelector("select").focus();
}

// The words as they stand now are shaded, and the bar stands below the last of them.
export function restore() {
  if (!clip) return;
  const ranges = rangesBetween(clip.start, clip.end);
  shaded?.clear();
  for (const range of ranges) shaded?.add(range);
  const last = [...(ranges.at(-1)?.getClientRects() ?? [])].at(-1);
  if (!last || getComputedStyle(bar).position === "fixed") return;
  const room = bar.offsetParent.getBoundingClientRect();
  bar.style.top = `${last.bottom - room.top + 6}px`;
  bar.style.left = `${Math.max(0, Math.min(last.left - room.left, room.width - bar.offsetWidth))}px`;
}

// --- by mouse, by finger, or however else a browser selects

let soon = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(soon);
  soon = setTimeout(take, 200);
});
addEventListener("resize", restore);

function take() {
  const selection = getSelection();
  if (selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const touched = all().filter((turn) => range.intersectsNode(turn.said));
  let last = touched.at(-1);
  let ends = last?.said.contains(range.endContainer) ? wordBefore(last, range.endContainer, range.endOffset) : Infinity;
  if (ends < 0) [last, ends] = [touched.at(-2), Infinity]; // it stops where the next turn begins
  const first = touched[0];
  if (!first || !last) return;
  const begins = first.said.contains(range.startContainer) ? wordUnder(first, range.startContainer, range.startOffset) : 0;
  const start = first.words[begins]?.start ?? first.start;
  const end = last.words[Math.min(ends, last.words.length - 1)]?.end ?? last.end;
  if (end > start && !(clip?.start === start && clip.end === end)) choose(start, end);
}

// --- by keys

// One more or one less of what is said, words or turns.
export function extend(step, parts = spoken()) {
  const ends = parts.map((part) => part.end).filter((end) => (step > 0 ? end > clip.end + 0.005 : end < clip.end - 0.005 && end > clip.start + 0.05));
  const end = step > 0 ? Math.min(...ends) : Math.max(...ends);
  if (Number.isFinite(end)) choose(clip.start, end);
}

export function startHere() {
  const said = spoken();
  const start = said[lastWhere(said, (one) => one.start <= audio.currentTime + 0.05)]?.start ?? audio.currentTime;
  const end = clip && clip.end > start ? clip.end : (now()?.end ?? start);
  choose(start, end > start ? end : Math.min(start + 10, duration));
}

export function endHere() {
  const time = audio.currentTime;
  const end = spoken().find((one) => one.end >= time)?.end ?? time;
  const start = clip && clip.start < end ? clip.start : (now()?.start ?? 0);
  if (end > start) choose(start, end);
}
