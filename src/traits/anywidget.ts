/** The traits of a widget in the kernel. */
import type { AnyModel } from "@anywidget/types";
import type { TraitModel } from "./model";

export function liveModel(model: AnyModel<Record<string, unknown>>): TraitModel {
  const listen = (event: string, listener: () => void): (() => void) => {
    const heard = (): void => listener();
    model.on(event, heard);
    return () => model.off(event, heard);
  };
  return {
    get: (trait) => model.get(trait),
    onChange: (trait, listener) => listen(`change:${trait}`, listener),
    onGone: (listener) => {
      const endings = ["comm_live_update", "comm:close"].map((event) => listen(event, listener));
      return () => endings.forEach((end) => end());
    },
    set: (trait, value) => {
      model.set(trait, value);
      model.save_changes();
    },
  };
}
