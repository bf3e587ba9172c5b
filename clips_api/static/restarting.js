// Waits until Exemplar has gone and is there again, then goes on.
const to = document.querySelector("#restarting").dataset.to;
const told = document.querySelector("#told");
const LONG = 60_000;
const begun = performance.now();
let gone = false;

async function look() {
  try {
    const there = (await fetch("/healthz", { cache: "no-store" })).ok;
    if (there && (gone || performance.now() - begun > 8000)) return location.replace(to);
  } catch {
    gone = true;
  }
  if (performance.now() - begun > LONG) told.textContent = "It is not there again. Look at the terminal in which it was started.";
  setTimeout(look, 400);
}
look();
