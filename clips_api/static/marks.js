// The marks above the waveform: one stop for the tab key, arrows walk them, and what one means stands beside it.
import { clock } from "./clock.js";
import { audio, duration } from "./player.js";
import { lastWhere } from "./transcript.js";

const NEAR = 12; // pixels from which a pointer means a mark
const wave = document.querySelector("#wave");
const tip = document.querySelector("#tip");
let marks = [];

export function read() {
  marks = [...document.querySelectorAll("#marks a")].map((element) => ({
    element,
    kind: element.dataset.kind,
    start: Number(element.dataset.start),
    end: Number(element.dataset.end),
    name: element.getAttribute("aria-label"),
  }));
  marks.forEach((mark, number) => mark.element.setAttribute("tabindex", number ? "-1" : "0"));
  hide();
}

function show(mark) {
  if (!tip) return;
  for (const one of marks) one.element.classList.toggle("meant", one === mark);
  tip.textContent = `${mark.name.replace(/ at [\d:]+$/, "")} · ${clock(mark.start)}`;
  tip.hidden = false;
  const room = wave.clientWidth - tip.offsetWidth;
  tip.style.translate = `${Math.max(0, Math.min(room, (mark.start / duration) * wave.clientWidth - tip.offsetWidth / 2))}px`;
}

function hide() {
  if (tip) tip.hidden = true;
  for (const one of marks) one.element.classList.remove("meant");
}

export const momentAt = (time) => marks.findLast((one) => one.kind === "moment" && one.start - 0.1 <= time && time < one.end) ?? null;

// The next mark, or with -1 the one before; a second off, so that pressing again goes on.
export function neighbour(step) {
  const time = audio.currentTime;
  const number = step > 0 ? lastWhere(marks, (one) => one.start <= time + 0.3) + 1 : lastWhere(marks, (one) => one.start < time - 1);
  const mark = marks[number] ?? null;
  if (mark) {
    show(mark);
    clearTimeout(soon);
    soon = setTimeout(hide, 4000);
  }
  return mark;
}
let soon = 0;

wave?.addEventListener("focusin", (event) => {
  const mark = marks.find((one) => one.element === event.target.closest?.("#marks a"));
  if (mark) show(mark);
});
wave?.addEventListener("focusout", hide);
wave?.addEventListener("keydown", (event) => {
  const number = marks.findIndex((one) => one.element === event.target);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (number < 0 || !step || event.shiftKey) return;
  event.preventDefault(); // and not five seconds on
  const next = marks[number + step];
  if (!next) return;
  marks[number].element.setAttribute("tabindex", "-1");
  next.element.setAttribute("tabindex", "0");
  next.element.focus();
});

function under(event) {
  const strip = document.querySelector("#marks").getBoundingClientRect();
  if (event.clientY > strip.bottom + 2 || event.clientY < strip.top - 8) return null;
  const distance = (one) => {
    const [from, to] = [one.start, one.end].map((time) => strip.left + (time / duration) * strip.width);
    return Math.max(from - event.clientX, event.clientX - (one.kind === "moment" ? to : from), 0);
  };
  const nearest = marks.reduce((best, one) => (distance(one) < (best ? distance(best) : NEAR) ? one : best), null);
  return nearest;
}
wave?.addEventListener("pointermove", (event) => {
  const mark = under(event);
  if (mark) show(mark);
  else if (!marks.some((one) => one.element === document.activeElement)) hide();
});
wave?.addEventListener("pointerleave", hide);

// What a click beside the thin marks means.
export const meant = (event) => (event.target.closest("#marks") ? under(event) : null);
