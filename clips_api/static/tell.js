// One sentence that is read out, and unless it is quiet seen for a moment.
const place = document.querySelector("#told");
let timer = 0;

export function tell(words, { quiet = false } = {}) {
  clearTimeout(timer);
  place.classList.toggle("hidden", quiet);
  place.textContent = words;
  timer = setTimeout(() => (place.textContent = ""), 4000);
}
