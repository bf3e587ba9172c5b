// A sound with its words: the line that is heard is marked, a line that is pressed is heard. Packs carry this file too,
// where it runs from disk; so it imports nothing.
for (const figure of document.querySelectorAll(".captioned")) {
  const audio = figure.querySelector("audio");
  const lines = [...figure.querySelectorAll("li[data-start]")];
  let told = !figure.dataset.played;

  const mark = () => {
    const now = audio.currentTime;
    const heard = audio.paused && now === 0 ? null : lines.findLast((line) => Number(line.dataset.start) <= now + 0.05);
    for (const line of lines) line.classList.toggle("heard", line === heard);
  };

  for (const name of ["timeupdate", "seeked", "play", "ended"]) audio.addEventListener(name, mark);
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll(".captioned audio")) if (other !== audio) other.pause();
    if (!told) fetch(figure.dataset.played, { method: "POST" }).catch(() => {});
    told = true;
  });
  figure.addEventListener("click", (event) => {
    const line = event.target.closest("li[data-start]");
    if (!line || String(getSelection())) return;
    audio.currentTime = Number(line.dataset.start);
    audio.play().catch(() => {});
  });
}
