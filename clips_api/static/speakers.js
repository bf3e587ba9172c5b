// Who is who on a call: samples play in place, an answer is sent, and the page shows it once it is worked in.
// The page works without; call.js listens to "rewritten" where it follows the words.
import { morph } from "./live.js";

const SOON = 400; // milliseconds
const PATIENCE = 4000; // for changes to come after an answer that the page doesn't know of
const WAITS = { answer: SOON, moments: 1000, hearing: 5000 };
const audio = document.querySelector("#audio");
let mark = null;
let timer = 0;
let eager = 0;

// --- samples

let sample = null;
function end() {
  sample?.classList.remove("playing");
  sample = null;
}
document.addEventListener("click", (event) => {
  const play = event.target.closest(".voices .play");
  if (!play || !audio || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (play === sample) return audio.pause();
  end();
  audio.currentTime = Number(play.dataset.start);
  audio.play().catch(end);
  sample = play;
  play.classList.add("playing");
});
audio?.addEventListener("pause", end);
audio?.addEventListener("timeupdate", () => sample && audio.currentTime >= Number(sample.dataset.end) && audio.pause());

// --- who says a turn: the choices are on the page once, and put where somebody asks

function fill(menu) {
  const { start, end } = menu.closest(".turn").dataset;
  const choices = document.querySelector("#choices .choices").cloneNode(true);
  for (const button of choices.children) {
    if (menu.closest(".turn").classList.contains(button.value)) button.setAttribute("aria-pressed", "true");
    button.value = `${Number(start).toFixed(2)}-${Number(end).toFixed(2)}=${button.value}`;
  }
  menu.querySelector(".choices").replaceWith(choices);
}
document.addEventListener("click", (event) => {
  const summary = event.target.closest("details.say > summary");
  if (summary) fill(summary.parentElement);
});

// --- answers

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!/\/(speakers|type)$/.test(form.getAttribute("action"))) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const buttons = event.submitter ? [...event.submitter.parentElement.querySelectorAll("button"), event.submitter] : [];
  for (const button of buttons) button.disabled = true;
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.status >= 400) return location.reload(); // it was answered meanwhile, or heard anew
  for (const button of buttons) button.disabled = false;
  if (!answer) return;
  const menu = event.submitter?.closest("details.say");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus({ preventScroll: true });
  }
  eager = Date.now() + PATIENCE;
  look();
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.activeElement?.closest("details.say[open], details.correct[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// --- the page as it stands now

const pending = () => document.querySelector("#question").dataset.pending;

async function look() {
  clearTimeout(timer);
  try {
    if (!document.hidden) {
      const headers = mark ? { "If-None-Match": mark } : {};
      const answer = await fetch(`${location.pathname}?part=live`, { headers, cache: "no-store" });
      if (answer.status === 401) return location.reload();
      if (answer.status === 200) {
        mark = answer.headers.get("ETag");
        show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    }
  } catch {
    // the server is away: ask again
  }
  again();
}

function again() {
  const wait = WAITS[pending()] ?? (Date.now() < eager ? SOON : 0);
  if (wait) timer = setTimeout(look, wait);
}

function show(fresh) {
  const unfinished = ["answer", "moments"].includes(fresh.querySelector("#question")?.dataset.pending);
  const had = document.activeElement?.closest(".turn")?.dataset.start;
  const [top, before] = topmost();
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (!now) continue;
    if (unfinished && old.id !== "question" && old.id !== "type") continue; // the words without what was found in them come and go
    morph(old, document.adoptNode(now));
  }
  for (const menu of document.querySelectorAll("details.say[open]")) fill(menu);
  document.dispatchEvent(new Event("rewritten"));
  const turns = [...document.querySelectorAll(".turn[data-start]")];
  const same = top && turns.findLast((turn) => Number(turn.dataset.start) <= top);
  if (same) scrollBy({ top: same.getBoundingClientRect().top - before, behavior: "instant" });
  if (had && document.activeElement === document.body) {
    const turn = turns.findLast((one) => Number(one.dataset.start) <= Number(had) + 0.01);
    turn?.querySelector("summary").focus({ preventScroll: true }); // it may have joined the turn before
  }
}

// The turn at the top of what is seen, so that it stays where it is.
function topmost() {
  const shelf = document.querySelector("#player")?.getBoundingClientRect().bottom ?? 0;
  const turn = [...document.querySelectorAll(".turn[data-start]")].find((one) => one.getBoundingClientRect().bottom > shelf);
  return turn && scrollY > 0 ? [Number(turn.dataset.start), turn.getBoundingClientRect().top] : [null, 0];
}

again();
