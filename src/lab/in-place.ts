/** A change of the page above an element that leaves the element where it is, as far as the page can scroll. */
export function inPlace<T>(element: Element, change: () => T): T {
  const before = element.getBoundingClientRect().top;
  const result = change();
  const moved = element.getBoundingClientRect().top - before;
  if (moved !== 0 && before < innerHeight) scrollerOf(element)?.scrollBy(0, moved);
  return result;
}

function scrollerOf(element: Element): Element | null {
  for (let each = element.parentElement; each; each = each.parentElement) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(each).overflowY);
    if (scrolls && each.scrollHeight > each.clientHeight) return each;
  }
  return null;
}
