// The sound: play, seek, speed, a span that stops at its end, silence that is skipped.
import { clock } from "./clock.js";
import { recall, remember } from "./memory.js";
import { lastWhere, spoken } from "./transcript.js";

const SILENCE = 1.2; // seconds without a word that are jumped over
const AIR = 0.3; // seconds of it that stay on either side
const SLACK = 1.5; // seconds after its end in which a span is still stopped

const player = document.querySelector("#player");
const seek = document.querySelector("#seek");
const position = document.querySelector("#position");
const button = player.querySelector("[data-do=play]");
const speed = document.querySelector("#speed");
const skip = document.querySelector("#skip");
const watching = [];
let until = null; // where a span ends
let gaps = null;
let second = -1;

export const audio = document.querySelector("#audio");
export const duration = Number(player.dataset.duration);
export const watch = (does) => watching.push(does);

audio.controls = false;
audio.hidden = true;
for (const part of player.querySelectorAll("#controls, #settings, #seek")) part.hidden = false;

// --- playing

export const play = () => audio.play().catch(() => {});

export function go(time, { start = !audio.paused, end = null } = {}) {
  until = end;
  audio.currentTime = Math.min(Math.max(0, time), duration);
  draw();
  if (start) play();
}

export function toggle() {
  if (!audio.paused) return audio.pause();
  if (until !== null && audio.currentTime >= until - 0.05) until = null;
  play();
}

for (const name of ["play", "pause"]) {
  audio.addEventListener(name, () => {
    button.classList.toggle("playing", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    if (!audio.paused) requestAnimationFrame(tick);
  });
}
audio.addEventListener("seeked", draw);
audio.addEventListener("timeupdate", minded); // frames stop while the page is not seen; the sound goes on
seek?.addEventListener("input", () => go(Number(seek.value)));

function tick() {
  minded();
  draw();
  if (!audio.paused) requestAnimationFrame(tick);
}

function minded() {
  const time = audio.currentTime;
  if (audio.paused || audio.seeking) return;
  if (until !== null && time >= until) {
    if (time < until + SLACK) audio.pause(); // else somebody went on from elsewhere
    until = null;
  } else if (skip.checked) {
    const gap = silences()[lastWhere(silences(), (one) => one.start <= time)];
    if (gap && time < gap.end) audio.currentTime = gap.end;
  }
}

export function draw() {
  const time = audio.currentTime;
  if (Math.floor(time) !== second) {
    second = Math.floor(time);
    position.textContent = clock(time);
    seek?.setAttribute("aria-valuetext", clock(time));
  }
  if (seek) seek.value = time;
  document.querySelector("#played")?.setAttribute("width", (time / duration) * 1000);
  for (const does of watching) does(time);
}

// --- silence

// The stretches that are jumped over: from where to where, less the air that stays.
export function silences() {
  if (gaps) return gaps;
  gaps = [];
  let heard = 0;
  const end = { start: duration, end: duration };
  for (const one of spoken().length ? [...spoken(), end] : []) {
    if (one.start - heard > SILENCE) gaps.push({ start: heard + AIR, end: one.start - AIR });
    heard = Math.max(heard, one.end);
  }
  return gaps;
}

export const heardAnew = () => void (gaps = null);

skip.checked = recall("skip-silence") === "on";
skip.addEventListener("change", () => remember("skip-silence", skip.checked ? "on" : "off"));
export function toggleSilence() {
  skip.click();
  return skip.checked;
}

// --- speed

const speeds = [...speed.options].map((option) => option.value);

export function setSpeed(rate) {
  speed.value = rate;
  audio.playbackRate = audio.defaultPlaybackRate = Number(rate);
  audio.preservesPitch = true;
  remember("speed", rate);
}

export function faster(by) {
  setSpeed(speeds[Math.min(Math.max(speeds.indexOf(speed.value) + by, 0), speeds.length - 1)]);
  return speed.value;
}

setSpeed(speeds.includes(recall("speed")) ? recall("speed") : "1");
speed.addEventListener("change", () => setSpeed(speed.value));
