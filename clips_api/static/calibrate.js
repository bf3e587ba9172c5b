// One question at a time: y, n and s answer, space plays, ← goes back. Each answer is kept at once; the page works without.
import { typing } from "./keys.js";
import { stop, toggle } from "./play.js";

const form = document.querySelector("#round");
const asked = [...form.querySelectorAll(".asked")];
const going = form.querySelector(".going");
let at = 0;
const sent = [];

going.hidden = false;
form.querySelector(".finish button").hidden = true;
show(0);

function show(number) {
  stop();
  at = number;
  asked.forEach((one, index) => (one.hidden = index !== at));
  going.querySelector("progress").value = at;
  document.querySelector("#at").textContent = Math.min(at + 1, asked.length);
  asked[at]?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}

function keep(one, value) {
  if (value !== "1" && value !== "0") return;
  const body = { recording_id: one.dataset.recording, kind: "tag", tag: one.dataset.tag, sentence: one.dataset.sentence, right: value === "1" };
  const headers = { "Content-Type": "application/json" };
  sent.push(fetch("/api/v1/judgements", { method: "POST", headers, body: JSON.stringify(body), keepalive: true }).catch(() => {}));
}

async function answer(input) {
  input.checked = true;
  keep(asked[at], input.value);
  if (at + 1 < asked.length) return show(at + 1);
  stop();
  going.querySelector("progress").value = asked.length;
  await Promise.all(sent);
  form.submit(); // what could not be kept is sent once more
}

form.addEventListener("click", (event) => {
  const play = event.target.closest(".play");
  if (play && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    toggle(play);
  }
  const input = event.target.closest(".yesno input");
  if (input && event.detail !== 0) answer(input); // a pointer; arrow keys only move between the choices
});

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.repeat || at >= asked.length) return;
  const choice = { y: 0, n: 1, x: 1, s: 2 }[event.key];
  if (choice !== undefined) {
    event.preventDefault();
    answer(asked[at].querySelectorAll(".yesno input")[choice]);
  } else if (event.key === " " && !event.target.closest("summary, button")) {
    const play = asked[at].querySelector(".play");
    event.preventDefault();
    if (play) toggle(play);
  } else if (event.key === "ArrowLeft" && at && event.target.type !== "radio") show(at - 1);
  else if (event.key === "Enter" && event.target.type === "radio") {
    event.preventDefault();
    answer(event.target);
  }
});
