/** Lists of items inside a content: add, remove, duplicate, move, collapse. */

import { ErrorNote, describe, fill, h, helpText, icon } from "./composer-dom.js";
import { Fields } from "./composer-fields.js";

const COLLAPSE_ABOVE = 4;
const FIRST_CONTROL = "input, textarea";

/** What a new item holds before anybody typed: the least number of nested items. */
function blank(fields) {
  const lists = fields.filter((field) => field.kind === "many" && field.min);
  return Object.fromEntries(lists.map((field) => [field.name, Array.from({ length: field.min }, () => blank(field.fields))]));
}

/** A copy without the values that must differ between items. */
function copyOf(value, fields) {
  const copy = structuredClone(value);
  fields.filter((field) => field.unique).forEach((field) => delete copy[field.name]);
  return copy;
}

/** One section, row or button. */
class Item {
  constructor(many, value, path) {
    const { form, field } = many;
    Object.assign(this, { many, form, texts: form.texts, id: form.newId() });
    this.error = new ErrorNote(form.takeErrors(path), `${this.id}-error`);
    this.fields = new Fields(field.fields.map((child) => ({ ...child, inItem: true })), value, path, form);
    this.buildHead();
    this.body = h("div", { class: "wa-item__body", id: `${this.id}-body` }, this.fields.node);
    this.node = h("div", {
      class: "wa-item", role: "group", "aria-labelledby": `${this.id}-name`, "aria-describedby": this.error.id,
      onkeydown: (event) => this.onKey(event), oninput: () => this.clearError(),
    }, this.head, this.error.node, this.body);
  }

  buildHead() {
    const { texts, many } = this;
    this.name = h("span", { class: "wa-item__name", id: `${this.id}-name` });
    this.summary = h("span", { class: "wa-item__summary" });
    this.toggle = h("button", {
      type: "button", class: "wa-item__toggle", "aria-expanded": "true", "aria-controls": `${this.id}-body`,
      title: texts.collapse, onclick: () => this.open(this.body.hidden),
    }, icon("expand_more", "wa-item__chevron"), this.name, this.summary, icon("error", "wa-item__flag"));
    this.up = this.tool("arrow_upward", texts.moveUp, () => many.move(this, -1), "↑");
    this.down = this.tool("arrow_downward", texts.moveDown, () => many.move(this, 1), "↓");
    this.copy = this.tool("content_copy", texts.duplicate, () => many.duplicate(this));
    this.bin = this.tool("delete", texts.remove, () => many.remove(this));
    this.bin.classList.add("wa-tool--danger");
    const tools = h("span", { class: "wa-item__tools" }, this.up, this.down, this.copy, this.bin);
    this.head = h("div", { class: "wa-item__head" }, this.toggle, tools);
  }

  tool(symbol, label, onclick, arrow = "") {
    const title = arrow ? `${label} (Alt+${arrow})` : label;
    return h("button", { type: "button", class: "wa-tool", title, "data-label": label, onclick }, icon(symbol));
  }

  open(open) {
    this.body.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    this.toggle.title = open ? this.texts.collapse : this.texts.expand;
    this.summary.textContent = open ? "" : this.shortText();
  }

  /** The item in a few words: its title, or else the first text that it holds. */
  shortText() {
    const texts = this.fields.known().filter(([, value]) => typeof value !== "object");
    const title = texts.find(([name]) => name === "title") ?? texts[0];
    return title ? String(title[1]) : "";
  }

  holdsError() {
    return Boolean(this.node.querySelector("[aria-invalid=true], .wa-error"));
  }

  clearError() {
    this.error.clear();
    describe(this.node);
  }

  onKey(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.many.move(this, step);
  }

  refresh(index, total) {
    this.label = this.many.labelAt(index);
    this.name.textContent = this.label;
    for (const tool of [this.up, this.down, this.copy, this.bin]) tool.setAttribute("aria-label", `${tool.dataset.label}: ${this.label}`);
    this.up.disabled = index === 0;
    this.down.disabled = index === total - 1;
    const limit = this.many.limit(this.read());
    this.copy.disabled = Boolean(limit);
    this.copy.title = limit || this.texts.duplicate;
    this.fields.refresh();
  }

  focusFirst() {
    this.open(true);
    this.body.querySelector(FIRST_CONTROL)?.focus();
  }

  read() {
    return this.fields.read();
  }
}

/** An ordered list of items with a least and a greatest number. */
export class Many {
  constructor(field, value, path, form) {
    Object.assign(this, { field, form, items: [], id: form.newId() });
    this.names = path.filter((step) => typeof step === "string");
    this.error = new ErrorNote(form.takeErrors(path), `${this.id}-error`);
    this.list = h("div", { class: "wa-items" });
    this.buildNode();
    const values = Array.isArray(value) && value.length ? value : Array.from({ length: field.min || 0 }, () => blank(field.fields));
    values.forEach((each, index) => this.insert(new Item(this, each, [...path, index]), index));
    if (values.length > COLLAPSE_ABOVE) this.items.forEach((item) => item.open(item.holdsError() || !item.shortText()));
  }

  buildNode() {
    const { field, form, id } = this;
    this.total = h("span", { class: "wa-many__total" });
    this.addButton = h("button", {
      type: "button", class: "wa-add", "aria-describedby": `${id}-hint`, onclick: () => this.add(blank(field.fields), this.items.length),
    }, icon("add"), field.addLabel || form.texts.add);
    this.help = helpText(field, `${id}-help`);
    this.hint = h("span", { class: "wa-hint", id: `${id}-hint` });
    this.node = h("div", {
      class: `wa-many wa-many--depth-${this.names.length}`, role: "group", "aria-labelledby": id,
    },
    h("div", { class: "wa-many__head" }, h("p", { class: "wa-heading", id }, field.label, form.mark({ required: field.min >= 1 })), this.total),
    this.help, this.error.node, this.list,
    h("div", { class: "wa-many__foot" }, this.addButton, this.hint));
    describe(this.node, this.error.id, this.help?.id);
  }

  labelAt(index) {
    return `${this.field.itemLabel} ${index + 1}`;
  }

  insert(item, index) {
    this.items.splice(index, 0, item);
    this.list.insertBefore(item.node, this.list.children[index] ?? null);
  }

  /** The limit that one more item with this value would break, in words, or an empty text. */
  limit(value) {
    const { max } = this.field;
    if (max && this.items.length >= max) return fill(this.form.texts.limit, { max });
    return this.form.capReached(this.names, value);
  }

  changed(message, restore = null) {
    this.error.clear();
    describe(this.node, this.help?.id);
    this.form.changed(message, restore);
  }

  add(value, index) {
    if (this.limit(value)) return;
    const item = new Item(this, value, []);
    this.settle(item, index);
  }

  settle(item, index) {
    this.insert(item, index);
    this.changed(fill(this.form.texts.added, { item: this.labelAt(index) }));
    item.focusFirst();
  }

  duplicate(item) {
    this.add(copyOf(item.read(), this.field.fields), this.items.indexOf(item) + 1);
  }

  remove(item) {
    const index = this.items.indexOf(item);
    this.items.splice(index, 1);
    item.node.remove();
    this.changed(fill(this.form.texts.removed, { item: item.label }), () => this.settle(item, index));
    const neighbour = this.items[index] ?? this.items[index - 1];
    (neighbour?.toggle ?? this.addButton).focus();
  }

  /** The neighbour is the one that travels: the focused control stays in the document and keeps focus and caret. */
  move(item, step) {
    const index = this.items.indexOf(item);
    const other = this.items[index + step];
    if (!other) return;
    const label = item.label;
    this.items[index] = other;
    this.items[index + step] = item;
    item.node[step < 0 ? "after" : "before"](other.node);
    const focused = document.activeElement;
    this.changed(fill(this.form.texts.moved, { item: label, position: index + step + 1, total: this.items.length }));
    if (focused?.disabled) item.toggle.focus();
  }

  refresh() {
    const { max } = this.field;
    const limit = this.limit(blank(this.field.fields));
    this.total.textContent = max && !this.form.isCapped(this.names) ? `${this.items.length}/${max}` : String(this.items.length);
    this.addButton.disabled = Boolean(limit);
    this.hint.textContent = limit;
    this.items.forEach((item, index) => item.refresh(index, this.items.length));
  }

  read() {
    return this.items.length ? this.items.map((item) => item.read()) : undefined;
  }
}
