/** One submit per page view. The server refuses a second one anyway; this spares people the question. */

export function sendOnce(form) {
  let gone = false;
  form.addEventListener("submit", (event) => {
    if (gone) event.preventDefault();
    gone = true;
    form.setAttribute("aria-busy", "true");
  });
  // Coming back by the browser's back button shows the page as it was left: let it work again.
  window.addEventListener("pageshow", () => {
    gone = false;
    form.removeAttribute("aria-busy");
  });
}

for (const form of document.querySelectorAll("form[data-send-once]")) sendOnce(form);
