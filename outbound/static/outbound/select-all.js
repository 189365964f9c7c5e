/** One box that ticks all boxes of a page. Without scripts it stays hidden, and each box works by itself. */

for (const form of document.querySelectorAll("form[data-select-all]")) {
  const label = form.querySelector("[data-all-of-page]");
  const boxes = [...form.querySelectorAll("input[name=message]")];
  const all = label?.querySelector("input");
  const follow = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  if (!all) continue;
  label.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  form.addEventListener("change", (event) => event.target.name === "message" && follow());
  window.addEventListener("pageshow", follow);
}
