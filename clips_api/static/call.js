// The call page: what its keys and buttons do, and what a link means.
import { hashOf, linkTo, parse, settle } from "./address.js";
import { clock } from "./clock.js";
import { copy } from "./copy.js";
import * as follow from "./follow.js";
import { keep } from "./keep.js";
import { keys } from "./keys.js";
import * as marks from "./marks.js";
import { audio, draw, faster, go, heardAnew, toggle, toggleSilence } from "./player.js";
import * as selection from "./selection.js";
import { tell } from "./tell.js";
import * as transcript from "./transcript.js";

const by = (seconds) => () => go(audio.currentTime + seconds);

function jump(step) {
  const mark = marks.neighbour(step);
  if (!mark) return tell(step > 0 ? "No more tags or moments." : "No tag or moment before.");
  visit(mark.start);
  tell(mark.name, { quiet: true });
}

function visit(time, options) {
  go(time, options);
  const turn = transcript.before(time + 0.06);
  if (turn) follow.bring(turn.element);
}

async function copied(hash, words) {
  tell((await copy(linkTo(hash))) ? `Link to ${words} copied.` : `Can’t copy: ${linkTo(hash)}`);
}

// The selected words, else the moment that is heard, else the turn.
function clip() {
  const one = selection.chosen() ?? marks.momentAt(audio.currentTime) ?? follow.now();
  if (!one) return tell("Nothing is said here.");
  selection.choose(one.start, one.end, { focus: true });
}

const acts = {
  play: toggle,
  back: by(-5),
  forward: by(5),
  far_back: () => (selection.chosen() ? selection.extend(-1) : by(-15)()),
  far_forward: () => (selection.chosen() ? selection.extend(1) : by(15)()),
  turn_more: () => (selection.chosen() ? selection.extend(1, transcript.all()) : clip()),
  turn_less: () => (selection.chosen() ? selection.extend(-1, transcript.all()) : clip()),
  slower: () => tell(`Speed ${faster(-1)}`),
  faster: () => tell(`Speed ${faster(1)}`),
  silence: () => tell(toggleSilence() ? "Silence is skipped." : "Silence is played."),
  next: () => jump(1),
  previous: () => jump(-1),
  link: () => copied(hashOf(Math.floor(audio.currentTime)), clock(audio.currentTime)),
  clip,
  starts: selection.startHere,
  ends: selection.endHere,
  keep() {
    clip();
    if (selection.chosen()) keep({ clip: selection.clipId(), quote: selection.words() });
  },
  share() {
    clip();
    if (selection.chosen()) selection.share();
  },
  note() {
    const write = document.querySelector("#write-note");
    if (!write) return false;
    const one = selection.chosen() ?? marks.momentAt(audio.currentTime);
    if (one) selection.choose(one.start, one.end);
    location.href = one ? `/notes/new?clip=${selection.clipId()}` : write.href;
  },
  dismiss: selection.dismiss,
  play_clip: () => go(selection.chosen().start, { start: true, end: selection.chosen().end }),
  link_clip: () => copied(hashOf(selection.chosen().start, selection.chosen().end), "the clip"),
  link_turn(event) {
    const start = Number(event.target.closest(".turn").dataset.start);
    copied(hashOf(start), clock(start));
  },
};
keys(acts);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) return void acts[button.dataset.do]?.(event);
  const mark = marks.meant(event);
  const link = event.target.closest('a[href^="#t="]');
  if (mark || link) {
    event.preventDefault();
    open(mark ? hashOf(mark.start) : link.getAttribute("href"), { start: true });
  } else if (event.target.closest("#script .said") && getSelection().isCollapsed) {
    selection.dismiss();
    follow.seekTo(event);
  }
});

// --- links to a time

function open(hash, { start }) {
  const span = parse(hash);
  if (!span) return;
  visit(span.start, { start, end: span.end });
  if (span.end !== null) selection.choose(span.start, span.end);
  else settle(hash);
}
addEventListener("hashchange", () => open(location.hash, { start: true }));

let soon = 0;
function keepAddress() {
  clearTimeout(soon);
  if (selection.chosen() || !audio.paused && !document.hidden) return;
  if (audio.currentTime > 0) soon = setTimeout(() => settle(hashOf(Math.round(audio.currentTime * 10) / 10)), 400);
}
for (const name of ["pause", "seeked"]) audio.addEventListener(name, keepAddress);

// Somebody said who is who and the words were written anew; the sound goes on.
document.addEventListener("rewritten", () => {
  transcript.read();
  marks.read();
  heardAnew();
  follow.again();
  selection.restore();
});

transcript.read();
marks.read();
draw();
open(location.hash, { start: false });
new ResizeObserver(selection.restore).observe(document.querySelector("#script"));
