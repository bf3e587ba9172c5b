// The turns and words of the transcript with their times, in seconds. Nothing is drawn or measured here.
// Words are one space apart, so the n-th word of a turn is found in its text without an element for each.
let turns = [];
let latest = []; // for each turn, the latest end up to it: two people may speak at once
let said = new WeakMap();
let spans = null;

export function read() {
  turns = [...document.querySelectorAll("#script .turn[data-start]")].map((element) => ({
    element,
    said: element.querySelector(".said"),
    start: Number(element.dataset.start),
    end: Number(element.dataset.end),
    get words() {
      return (this.times ??= wordsOf(this));
    },
  }));
  turns.sort((a, b) => a.start - b.start);
  let end = 0;
  latest = turns.map((turn) => (end = Math.max(end, turn.end)));
  said = new WeakMap(turns.map((turn) => [turn.said, turn]));
  spans = null;
}

// data-words: hundredths from one word's start to the next, then ":" and its length where a pause follows.
function wordsOf({ element, start, end }) {
  let at = Math.round(start * 100);
  const words = (element.dataset.words ?? "").split(" ").filter(Boolean).map((given) => {
    const [step, length] = given.split(":");
    at += Number(step);
    return { start: at / 100, end: length === undefined ? null : (at + Number(length)) / 100 };
  });
  words.forEach((word, number) => (word.end ??= words[number + 1]?.start ?? end));
  return words;
}

// The last of some sorted things for which a test holds; -1 where it holds for none.
export function lastWhere(sorted, holds) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const before = (time) => turns[lastWhere(turns, (turn) => turn.start <= time)] ?? null;

export function at(time) {
  for (let number = lastWhere(turns, (turn) => turn.start <= time + 0.05); number >= 0; number--) {
    if (time < turns[number].end + 0.4) return turns[number];
    if (latest[number] + 0.4 <= time) break;
  }
  return null;
}

// Every stretch that is spoken without a break, in order: words, or turns where words have no times.
export function spoken() {
  spans ??= turns.flatMap((turn) => (turn.words.length ? turn.words : [turn])).sort((a, b) => a.start - b.start);
  return spans;
}

export const turnOf = (element) => said.get(element) ?? null;
export const all = () => turns;

// --- words in the text

const textOf = (turn) => (turn.text ??= turn.said.textContent);

export function wordAt(turn, time) {
  return lastWhere(turn.words, (word) => word.start <= time);
}

function textBefore(turn, node, offset) {
  const range = new Range();
  range.setStart(turn.said, 0);
  range.setEnd(node, offset);
  return range.toString();
}

// The word of a turn at a place in the page; on a space, the one after it.
export function wordUnder(turn, node, offset) {
  const text = textBefore(turn, node, offset);
  const number = text.split(" ").length - 1 + (textOf(turn)[text.length] === " " ? 1 : 0);
  return Math.min(number, turn.words.length - 1);
}

// The last word that begins before a place in the page; -1 where none does.
export function wordBefore(turn, node, offset) {
  const text = textBefore(turn, node, offset).trimEnd();
  return text ? Math.min(text.split(" ").length, turn.words.length) - 1 : -1;
}

// The range of words from one to another, both included.
export function rangeOf(turn, first, last) {
  if (first < 0 || last < first) return null;
  const text = textOf(turn);
  let from = 0;
  for (let skipped = 0; skipped < first; skipped++) from = text.indexOf(" ", from) + 1;
  let to = from - 1;
  for (let number = first; number <= last && (number === first || to >= 0); number++) to = text.indexOf(" ", to + 1);
  const range = new Range();
  range.setStart(...nodeAt(turn.said, from));
  range.setEnd(...nodeAt(turn.said, to < 0 ? text.length : to, true));
  return range;
}

function nodeAt(root, offset, end = false) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let node;
  while ((node = walker.nextNode())) {
    if (end ? offset <= node.length : offset < node.length) return [node, offset];
    offset -= node.length;
  }
  return [root, root.childNodes.length];
}

// The words between two times, a range for each turn that has some.
export function rangesBetween(start, end) {
  const found = [];
  for (let number = lastWhere(turns, (turn) => turn.start < end - 0.005); number >= 0; number--) {
    if (latest[number] <= start + 0.005) break;
    const turn = turns[number];
    if (turn.end <= start + 0.005) continue;
    const inside = (word) => word.start < end - 0.005;
    const first = turn.words.findIndex((word) => word.end > start + 0.005);
    const range = turn.words.length ? rangeOf(turn, first, lastWhere(turn.words, inside)) : whole(turn);
    if (range) found.unshift(range);
  }
  return found;
}

function whole(turn) {
  const range = new Range();
  range.selectNodeContents(turn.said);
  return range;
}
