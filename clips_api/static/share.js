// The panel that takes a clip to other people. Any element with `data-clip` and the parts of share.html will do, also
// one that came into the page later.
import { copy } from "./copy.js";

const day = (when) => new Date(when).toLocaleDateString(undefined, { day: "numeric", month: "short" });
const times = (count) => (count === 0 ? "not played yet" : `played ${count} ${count === 1 ? "time" : "times"}`);

function made(name, { text, ...values } = {}, ...children) {
  const element = Object.assign(document.createElement(name), values);
  element.append(...(text ? [text] : []), ...children);
  return element;
}

async function ask(address, options) {
  const answer = await fetch(address, options).catch(() => null);
  if (answer?.ok) return answer.status === 204 ? {} : answer.json();
  const told = await answer?.json().catch(() => null);
  throw new Error(told ? [told.title, told.detail].filter(Boolean).join(" ") : "Exemplar can’t be reached. Try again.");
}

function line(link) {
  const end = made("button", { type: "button", className: "button quiet", text: "End it" });
  end.dataset.end = link.id;
  const told = `made ${day(link.made_at)}, works until ${day(link.expires_at)}, ${times(link.played)}`;
  return made("li", {}, made("span", { text: told }), end);
}

async function list(panel) {
  const found = await ask(`/api/v1/shares?clip_id=${encodeURIComponent(panel.dataset.clip)}`).catch(() => null);
  if (found) panel.querySelector(".links").replaceChildren(...found.items.filter((link) => link.state === "open").map(line));
}

async function make(panel, form) {
  const place = panel.querySelector(".made");
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const body = JSON.stringify({ days: Number(new FormData(form).get("days")) });
    const headers = { "Content-Type": "application/json" };
    const link = await ask(`/api/v1/clips/${panel.dataset.clip}/share`, { method: "POST", headers, body });
    const copied = await copy(link.url);
    const word = copied ? "Copied" : "Here it is, copy it now";
    const box = made("input", { readOnly: true, value: link.url });
    const again = made("button", { type: "button", className: "button", text: "Copy" });
    again.dataset.copy = link.url;
    place.replaceChildren(made("label", { text: `${word}. It works until ${day(link.expires_at)}.` }, box), again);
    await list(panel);
  } catch (error) {
    place.replaceChildren(made("p", { className: "error", text: error.message }));
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const panel = event.target.closest("[data-clip].share");
  if (!panel || event.submitter?.dataset.end) return;
  event.preventDefault();
  make(panel, event.target);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".share [data-end], .share [data-copy]");
  if (!button) return;
  event.preventDefault();
  const panel = button.closest(".share");
  if (button.dataset.copy) {
    button.textContent = (await copy(button.dataset.copy)) ? "Copied" : "Copy it by hand";
    return;
  }
  button.disabled = true;
  await ask(`/api/v1/shares/${button.dataset.end}`, { method: "DELETE" }).catch(() => {});
  await list(panel);
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.(".share[open]")) list(event.target);
  },
  true,
);
