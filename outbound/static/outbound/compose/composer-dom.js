/** DOM and text helpers of the composer. Nodes only, never markup strings: what is typed cannot become markup. */

/**
 * Create an element. Functions become listeners, `true` an empty attribute, `false` and `null` none.
 * @param {string} tag
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A Material Symbol. Kept from page translators, which would turn its ligature into a word. */
export function icon(name, className = "") {
  return h("span", { class: `material-symbols-outlined wa-icon ${className}`.trim(), "aria-hidden": "true", translate: "no" }, name);
}

/** Replace `{name}` in a translated text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Length as Python's `len()` counts it. */
export function codePoints(text) {
  return [...text].length;
}

/** @returns {boolean} whether the value is a JSON object */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tie the texts with these ids to a node; empty ids are left out. */
export function describe(node, ...ids) {
  const known = ids.filter(Boolean).join(" ");
  if (known) node.setAttribute("aria-describedby", known);
  else node.removeAttribute("aria-describedby");
}

/** A help text, or nothing. */
export function helpText(field, id) {
  return field.help ? h("p", { class: "wa-help", id }, field.help) : null;
}

/** The server's messages at one place of the form, gone once that place is edited. */
export class ErrorNote {
  /**
   * @param {string[]} messages
   * @param {string} id
   */
  constructor(messages, id) {
    this.id = messages.length ? id : null;
    this.node = messages.length
      ? h("p", { class: "wa-error", id }, icon("error"), h("span", {}, messages.join(" ")))
      : null;
  }

  clear() {
    this.node?.remove();
    this.id = null;
  }
}

/** What just happened, for eyes and for screen readers, with a way back after a removal. */
export class StatusBar {
  /** @param {string} undoLabel */
  constructor(undoLabel) {
    this.text = h("span", { class: "wa-status__text", role: "status" });
    this.button = h("button", { type: "button", class: "wa-status__undo", hidden: true, onclick: () => this.undo() }, undoLabel);
    this.aside = h("span", { class: "wa-sr", "aria-live": "polite" });
    this.bar = h("div", { class: "wa-status" }, this.text, this.button);
    this.node = h("div", { class: "wa-status-area" }, this.bar, this.aside);
  }

  /**
   * @param {string} message
   * @param {Function|null} [restore] what *Undo* does
   */
  say(message, restore = null) {
    this.text.textContent = message;
    this.restore = restore;
    this.button.hidden = !restore;
    this.bar.classList.toggle("wa-status--offer", Boolean(restore));
  }

  /** Announce without taking an offered *Undo* away. */
  whisper(message) {
    this.aside.textContent = message;
  }

  undo() {
    const restore = this.restore;
    this.say("");
    restore?.();
  }
}
