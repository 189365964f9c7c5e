/** Redraws parts of a page while something is under way: `data-live` is the interval in milliseconds. */

async function redraw(part) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
  watch(fresh || part);
}

function watch(part) {
  const interval = Number(part.dataset.live);
  if (interval) setTimeout(() => redraw(part), document.hidden ? interval * 5 : interval);
}

for (const part of document.querySelectorAll("[data-live]")) watch(part);
