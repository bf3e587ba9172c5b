// Rows are added and removed in place; leaving with changes that are not saved asks first.
const form = document.querySelector("#vocabulary");
const body = form.querySelector("tbody");
const add = document.querySelector("#add");
const last = () => body.rows[body.rows.length - 1];
const empty = last().cloneNode(true);
let changed = document.querySelector("#problem") !== null;

add.hidden = false;
for (const button of body.querySelectorAll(".remove")) button.hidden = false;
empty.querySelector(".remove").hidden = false;
for (const input of empty.querySelectorAll("input")) input.placeholder = "";

add.addEventListener("click", () => {
  const blank = last() && !last().querySelector("input").value;
  if (!blank) body.append(empty.cloneNode(true));
  last().querySelector("input").focus();
});
body.addEventListener("click", (event) => {
  const button = event.target.closest(".remove");
  if (!button) return;
  const row = button.closest("tr");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  changed = true;
  if (!body.rows.length) body.append(empty.cloneNode(true));
  (next?.querySelector("input") ?? last().querySelector("input")).focus();
});
form.addEventListener("input", () => (changed = true));
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());
