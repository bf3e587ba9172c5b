// Links to a moment: #t=83, or #t=83,97 for a span. The address follows without a new entry in the history.
const FORM = /^#t=(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?$/;

const brief = (seconds) => String(Math.round(seconds * 100) / 100);

export const hashOf = (start, end = null) => `#t=${brief(start)}${end === null ? "" : `,${brief(end)}`}`;

export function parse(hash) {
  const match = FORM.exec(hash);
  if (!match) return null;
  const [start, end] = [Number(match[1]), match[2] === undefined ? null : Number(match[2])];
  return { start, end: end !== null && end > start ? end : null };
}

export function settle(hash) {
  if (hash !== location.hash) history.replaceState(history.state, "", hash);
}

export const linkTo = (hash) => location.origin + location.pathname + hash;
