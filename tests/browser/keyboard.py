"""Drives a page by keyboard: Tab to an element by its name, then type."""

from __future__ import annotations

from playwright.sync_api import Page

_NAME_OF_FOCUS = """() => {
  const el = document.activeElement;
  const text = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll("[aria-hidden]").forEach((hidden) => hidden.remove());
    return copy.textContent.trim();
  };
  return el.getAttribute("aria-label") || [...(el.labels || [])].map(text).join(" ") || text(el);
}"""
MAX_TABS = 150


class Keyboard:
    """Moves through a page by keyboard only."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> None:
        """Press Tab until the name of the focused element starts with `name`."""
        for _press in range(MAX_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_NAME_OF_FOCUS).startswith(name):
                return
        raise AssertionError(f"Tab never reached “{name}”.")

    def fill(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def press(self, name: str) -> None:
        self.to(name)
        self.page.keyboard.press("Enter")

    def tick(self, name: str) -> None:
        self.to(name)
        self.page.keyboard.press("Space")

    def choose(self, first: str, wanted: str) -> None:
        """Go to a group of radios at `first` (its chosen or first one), then by arrows to `wanted`."""
        self.to(first)
        self.page.keyboard.press("Space")
        for _press in range(10):
            if self.page.evaluate(_NAME_OF_FOCUS).endswith(wanted):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No arrow led to “{wanted}”.")

    def select(self, name: str, text: str) -> None:
        """Choose an option of a select by typing its text."""
        self.to(name)
        self.page.keyboard.type(text)
