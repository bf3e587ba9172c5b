// One clip at a time plays where its button stands, and counts down there.
const sound = new Audio();
let playing = null;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export const current = () => playing;
export const pause = () => sound.pause();

export function toggle(play) {
  if (play === playing && !sound.paused) return sound.pause();
  if (play !== playing) {
    stop();
    playing = play;
    sound.src = play.getAttribute("href");
  }
  sound.play().catch(() => play === playing && stop("can’t play"));
}

export function stop(word) {
  sound.pause();
  if (!playing) return;
  playing.classList.remove("playing");
  playing.querySelector(".time").textContent = word ?? clock(playing.dataset.length);
  playing = null;
}

sound.addEventListener("play", () => playing?.classList.add("playing"));
sound.addEventListener("pause", () => playing?.classList.remove("playing"));
sound.addEventListener("ended", () => stop());
sound.addEventListener("error", () => playing && stop("can’t play"));
sound.addEventListener("timeupdate", () => {
  if (playing) playing.querySelector(".time").textContent = clock(Math.max(0, playing.dataset.length - sound.currentTime));
});
