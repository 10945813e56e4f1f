/** The phase map that is shown: coarse at once while weights move, in full once they rest. */
import { signal } from "@preact/signals";
import { fullDetail, fullMap, mapAtOnce, samePlane, type Detail, type PhaseMap, type Plane } from "./phase";

/** How long weights rest before the full map is begun. */
const REST = 120;
/** How long a piece of the full map may keep the page, in ms. */
const SLICE = 10;
/** Coarse looks, and how long one may take before the next is coarser, or finer, in ms. */
const COARSE: readonly Detail[] = [{ size: 16, strata: 400 }, { size: 12, strata: 400 }, { size: 8, strata: 200 }, { size: 6, strata: 120 }, { size: 4, strata: 60 }];
const [QUICK, SLOW] = [6, 18];

export class PhaseMaps {
  readonly map = signal<PhaseMap | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #coarseness = 1;
  #levels = 0;

  show(plane: Plane | null): void {
    const shown = this.map.peek();
    if (plane && shown && samePlane(shown.plane, plane)) return;
    this.stop();
    this.map.value = plane && this.#look(plane);
    if (plane) this.#timer = setTimeout(() => this.#refine(fullMap(plane)), REST);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Looks as closely as there is time for; one stratum in two levels takes none. */
  #look(plane: Plane): PhaseMap {
    const { levels } = plane.margins;
    if (plane.stratum !== null && levels === 2) return mapAtOnce(plane, fullDetail(plane));
    if (levels !== this.#levels) [this.#levels, this.#coarseness] = [levels, levels - 1];
    const start = performance.now();
    const map = mapAtOnce(plane, COARSE[this.#coarseness] ?? { size: 4, strata: 60 });
    const spent = performance.now() - start;
    const change = spent > SLOW ? 1 : spent < QUICK ? -1 : 0;
    this.#coarseness = Math.max(0, Math.min(COARSE.length - 1, this.#coarseness + change));
    return map;
  }

  #refine(work: ReturnType<typeof fullMap>): void {
    const done = work.step(SLICE);
    if (done) this.map.value = done;
    else this.#timer = setTimeout(() => this.#refine(work), 0);
  }
}
