/**
 * Redraws parts of a page while something is under way: `data-live` is the interval in milliseconds.
 * Where the page has become another one, such as a send that is a draft again, it goes there.
 */

const parts = () => [...document.querySelectorAll("[data-live]")];

async function redraw() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && answer.redirected) return location.assign(answer.url);
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts()) {
    const fresh = page && page.getElementById(part.id);
    if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
  }
  watch();
}

/** One request serves all parts, as often as the most impatient of them asks. */
function watch() {
  const interval = Math.min(...parts().map((part) => Number(part.dataset.live)));
  if (parts().length) setTimeout(redraw, document.hidden ? interval * 5 : interval);
}

watch();
