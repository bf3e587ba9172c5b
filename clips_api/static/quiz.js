// A question: every change is kept at once, things are put in order without a reload, the tapped answer shows.
const form = document.querySelector("#answer");
const note = form.querySelector(".saved-note");
const list = form.querySelector(".order");
let line = Promise.resolve();
let timer = 0;

const say = (text) => {
  note.hidden = false;
  note.textContent = text;
};

function keep() {
  clearTimeout(timer);
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "stay");
  line = line
    .then(() => fetch(form.action, { method: "POST", body, keepalive: true }))
    .then((answer) => {
      if (answer.ok) say("Saved");
      else if (answer.status === 409) location.reload(); // handed in meanwhile, in another tab
      else say("Not saved yet: press Next to try again");
    })
    .catch(() => say("No connection: your answer is kept here, press Next when you are back"));
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(keep, 800);
};

function number() {
  const items = [...list.children];
  items.forEach((item, index) => {
    item.querySelector(".place").textContent = index + 1;
    const [up, down] = item.querySelectorAll("button");
    up.disabled = index === 0;
    down.disabled = index === items.length - 1;
  });
}

form.addEventListener("input", (event) => (event.target.matches("textarea") ? soon() : null));
form.addEventListener("change", (event) => {
  if (event.target.name === "given") keep();
});
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  const [way, id] = (event.submitter?.value ?? "").split(":");
  if (!list || !id) return;
  event.preventDefault();
  const item = list.querySelector(`[data-id="${id}"]`);
  if (way === "up") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  number();
  (event.submitter.disabled ? item.querySelector("button:not(:disabled)") : event.submitter)?.focus();
  keep();
});
