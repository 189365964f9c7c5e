/**
 * Refreshes the parts of a page that have `data-live`, the interval in milliseconds.
 * If the address now redirects, such as for a launch that became a draft again, it goes there.
 */

const parts = () => [...document.querySelectorAll("[data-live]")];

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response?.ok && response.redirected) return location.assign(response.url);
  const page = response?.ok && new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of parts()) {
    const fresh = page && page.getElementById(part.id);
    if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
  }
  schedule();
}

/** One request refreshes all parts, at the shortest of their intervals. */
function schedule() {
  const interval = Math.min(...parts().map((part) => Number(part.dataset.live)));
  if (parts().length) setTimeout(refresh, document.hidden ? interval * 5 : interval);
}

schedule();
