/** Below the canvas: the steps of the experiments, what each was and came to, and what is believed by then. */
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { nameOf, signed } from "../wording";
import { BeliefPicture } from "./belief-view";
import type { Found, Step, Weighed } from "./told";
import { actionWords, beliefWords, stepWords } from "./words";

interface Props {
  readonly editor: Editor;
}

export function ExperimentStrip({ editor }: Props): JSX.Element | null {
  const { experiments } = editor;
  const told = experiments.told.value;
  if (!told || !experiments.isOpen.value) return null;
  const [found, step, stale] = [experiments.found.value, experiments.step.value, experiments.isStale.value];
  return (
    <section class={`cmg-strip${stale ? " is-stale" : ""}`} data-experiments={stale ? "stale" : "fresh"} aria-label="Experiments" aria-busy={stale}>
      {found && step ? (
        <Steps editor={editor} found={found} step={step} />
      ) : (
        <p class="cmg-row">{told.problem ? <span class="cmg-alarm">{`No experiments on this graph: ${told.problem}`}</span> : "The policy is about to experiment …"}</p>
      )}
    </section>
  );
}

interface StepsProps extends Props {
  readonly found: Found;
  readonly step: Step;
}

function Steps({ editor, found, step }: StepsProps): JSX.Element {
  const { experiments } = editor;
  const at = experiments.at.value;
  const isLast = at === found.steps.length - 1;
  const belief = experiments.belief.value;
  return (
    <>
      <div class="cmg-steps-told">
        <Stepper editor={editor} found={found} phase={step.phase} />
        <p class="cmg-row cmg-step-words">{step.words}</p>
        <Preferences editor={editor} found={found} step={step} />
        <p class={`cmg-row cmg-conclusion${isLast ? "" : " is-ahead"}`}>
          {found.conclusion} <span class="cmg-faint">{found.notes.join(" ")}</span>
        </p>
      </div>
      {belief && (
        <figure class="cmg-beside">
          <figcaption>
            <button type="button" class="cmg-button" aria-pressed={experiments.isBelieving.value} onClick={() => experiments.toggleBelief()}>
              Its belief
            </button>{" "}
            <span class="cmg-faint">{beliefWords(belief)}</span>
          </figcaption>
          <BeliefPicture editor={editor} belief={belief} />
        </figure>
      )}
    </>
  );
}

const ICONS = {
  first: "M4 3v10M12.5 3 6 8l6.5 5z",
  back: "M11.5 3 5 8l6.5 5z",
  play: "M4.5 2.5 13 8l-8.5 5.5z",
  pause: "M5.5 3v10M10.5 3v10",
  on: "M4.5 3 11 8l-6.5 5z",
  last: "M12 3v10M3.5 3 10 8l-6.5 5z",
} as const;

/** In place of a step: go through them. */
const PLAY = -1;

function Stepper({ editor, found, phase }: Props & { readonly found: Found; readonly phase: string }): JSX.Element {
  const { experiments } = editor;
  const [at, playing, stale] = [experiments.at.value, experiments.isPlaying.value, experiments.isStale.value];
  const last = found.steps.length - 1;
  const button = (icon: keyof typeof ICONS, label: string, to: number): JSX.Element => (
    <button type="button" class="cmg-button" aria-label={label} title={label} aria-disabled={at === to} onClick={() => (to === PLAY ? experiments.play() : experiments.goTo(to))}>
      <svg class="cmg-icon cmg-solid" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={ICONS[icon]} />
      </svg>
    </button>
  );
  return (
    <div class="cmg-stepper" role="group" aria-label="Step">
      {button("first", "First step", 0)}
      {button("back", "One step back", Math.max(0, at - 1))}
      {button(playing ? "pause" : "play", playing ? "Pause" : "Play the steps", PLAY)}
      {button("on", "One step on", Math.min(last, at + 1))}
      {button("last", "Last step", last)}
      <input
        type="range"
        aria-label="Step of the experiments"
        aria-valuetext={stepWords(found, at)}
        min={0}
        max={last}
        value={at}
        onInput={(event) => experiments.goTo(Number(event.currentTarget.value))}
      />
      <span class="cmg-phase">
        <b>{`${at + 1} / ${last + 1}`}</b> {!stale ? phase : editor.options.readOnly ? "of an earlier graph" : "experimenting anew …"}
      </span>
    </div>
  );
}

/** So many of the likeliest actions are listed. */
const LISTED = 4;

/** How likely each action was before the one that was taken, and once outcomes count what is to be expected of it. */
function Preferences({ editor, found, step }: StepsProps): JSX.Element {
  const { document } = editor;
  const isTaken = ({ node, setting }: Weighed): boolean => node === step.set?.node && setting === step.set.setting;
  return (
    <ul class="cmg-weighed" aria-label="What it weighed before this step">
      {step.preferences.slice(0, LISTED).map((each) => {
        const percent = `${Math.round(100 * each.share)} %`;
        return (
          <li key={`${each.node} ${each.setting}`} class={isTaken(each) ? "is-taken" : undefined}>
            <span class="cmg-share" style={{ width: percent.replace(" ", "") }} aria-hidden="true" />
            <span>{actionWords(document, each)}</span>
            <span>
              {percent}
              {each.expected !== null && <span class="cmg-faint">{` → ${nameOf(document, found.goal)} ${signed(each.expected)}`}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
