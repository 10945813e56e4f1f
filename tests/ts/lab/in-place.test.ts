import { afterEach, describe, expect, it, vi } from "vitest";
import { inPlace } from "../../../src/lab/in-place";

/** A page that scrolls, with a text of some height above an element. */
class Page {
  text = 50;
  readonly scrolled: number[] = [];
  readonly element: HTMLElement;

  constructor(private readonly offset: number, scrolls = true) {
    const outer = document.body.appendChild(document.createElement("div"));
    const inner = outer.appendChild(document.createElement("div"));
    this.element = inner.appendChild(document.createElement("div"));
    if (scrolls) outer.style.overflowY = "auto";
    inner.style.overflowY = "auto";
    const heights = (each: Element, scroll: number) => Object.defineProperties(each, { scrollHeight: { value: scroll }, clientHeight: { value: 500 } });
    heights(outer, 900);
    heights(inner, 500);
    outer.scrollBy = ((_x: number, y: number) => void this.scrolled.push(y)) as typeof outer.scrollBy;
    vi.spyOn(this.element, "getBoundingClientRect").mockImplementation(() => ({ top: this.offset + this.text }) as DOMRect);
  }
}

afterEach(() => document.body.replaceChildren());

describe("a change above an element", () => {
  it("scrolls the page by as much as the element moved", () => {
    const page = new Page(100);
    expect(inPlace(page.element, () => (page.text = 86))).toBe(86);
    expect(page.scrolled).toEqual([36]);
  });

  it.each([
    ["that moves nothing", new Page(100), 50],
    ["below what is seen", new Page(5000), 86],
    ["on a page that does not scroll", new Page(100, false), 86],
  ])("%s scrolls nothing", (_name, page, text) => {
    document.body.append(page.element.parentElement?.parentElement ?? "");
    inPlace(page.element, () => (page.text = text));
    expect(page.scrolled).toEqual([]);
  });
});
