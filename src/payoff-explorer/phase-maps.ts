/** The phase map that is shown: coarse at once while weights move, in full once they rest. */
import { signal } from "@preact/signals";
import { coarseMap, fullMap, samePlane, type PhaseMap, type Plane } from "./phase";

/** How long weights rest before the full map is begun. */
const REST = 120;
/** How long a piece of the full map may keep the page, in ms. */
const SLICE = 10;

export class PhaseMaps {
  readonly map = signal<PhaseMap | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(plane: Plane | null): void {
    const shown = this.map.peek();
    if (plane && shown && samePlane(shown.plane, plane)) return;
    this.stop();
    this.map.value = plane && coarseMap(plane);
    if (plane) this.#timer = setTimeout(() => this.#refine(fullMap(plane)), REST);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #refine(work: ReturnType<typeof fullMap>): void {
    const done = work.step(SLICE);
    if (done) this.map.value = done;
    else this.#timer = setTimeout(() => this.#refine(work), 0);
  }
}
