// The lesson's player: one big button, a bar to seek, and a way to follow the words without sound. The line that is heard
// is marked by captioned.js; without scripts the browser's own controls stay.
import { clock } from "./clock.js";
import { recall, remember } from "./memory.js";

const figure = document.querySelector(".captioned:has(audio)");
if (figure) {
  const audio = figure.querySelector("audio");
  const player = figure.querySelector(".lesson-player");
  const [play, mute] = player.querySelectorAll("button");
  const seek = player.querySelector("input");
  const time = player.querySelector(".time");
  const length = Number(player.dataset.length);

  audio.controls = false;
  audio.hidden = true;
  player.hidden = false;

  const draw = () => {
    const at = Math.min(audio.currentTime, length);
    seek.value = at;
    seek.setAttribute("aria-valuetext", clock(at));
    time.textContent = clock(audio.paused && at === 0 ? length : Math.max(0, length - at));
  };
  const follow = () => {
    const line = figure.querySelector(".heard");
    if (line) line.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const hush = (quiet) => {
    audio.muted = quiet;
    mute.setAttribute("aria-pressed", quiet);
    remember("without-sound", quiet ? "on" : "off");
  };

  play.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    audio.play().catch(() => {
      time.textContent = "can’t play";
    });
  });
  for (const name of ["play", "pause", "ended"]) {
    audio.addEventListener(name, () => {
      play.classList.toggle("playing", !audio.paused);
      play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
      draw();
    });
  }
  let line = null;
  audio.addEventListener("timeupdate", () => {
    draw();
    const heard = figure.querySelector(".heard");
    if (heard !== line && !audio.paused) follow();
    line = heard;
  });
  audio.addEventListener("seeked", draw);
  seek.addEventListener("input", () => (audio.currentTime = Number(seek.value)));
  mute.addEventListener("click", () => hush(!audio.muted));
  hush(recall("without-sound") === "on");
}
