/** The row of tools. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { layOut } from "../laying-out";
import type { Editor } from "../editor";
import { copyAsCode, copyNotation, savePicture } from "../export";
import { VIEWS } from "../graph-view";
import { PATH_TONES, PATH_WORDS } from "../reading";
import type { Mode } from "../screen";
import { MARKS } from "../../graph/model";
import { MARK_SIGNS, MARK_WORDS } from "../wording";
import { Icon, type IconName } from "./icons";
import { Menu, type MenuItem } from "./menu";

interface Props {
  readonly editor: Editor;
}

export function Toolbar({ editor }: Props): JSX.Element {
  const { screen } = editor;
  const row = useRef<HTMLDivElement>(null);
  const editable = !screen.readOnly.value;
  return (
    <div class="cmg-toolbar" role="toolbar" aria-label="Graph tools" ref={row} onKeyDown={(event) => rove(event, row.current)}>
      {editable ? <EditingTools editor={editor} /> : (screen.canUndo.value || screen.canRedo.value) && <TurningTools editor={editor} />}
      <Tool icon="fit" label="Fit" hint="Show all (0)" run={() => editor.fit()} />
      <Tool
        icon="outline"
        label="Outline"
        minor
        hint="The graph as a table (O)"
        pressed={screen.outline.value}
        run={() => (screen.outline.value = !screen.outline.value)}
      />
      <Menu label="What is shown" items={readings(editor)}>
        <Icon name="paths" />
        <span class="cmg-word cmg-minor">Show</span>
        <Caret />
      </Menu>
      <Menu label="Export" items={exports(editor)}>
        <Icon name="export" />
        <span class="cmg-word">Export</span>
        <Caret />
      </Menu>
      <Tool sign="?" hint="Keys and help (?)" pressed={screen.help.value} run={() => (screen.help.value = !screen.help.value)} />
    </div>
  );
}

function EditingTools({ editor }: Props): JSX.Element {
  const { screen } = editor;
  const chosen = screen.mode.value;
  const choose = (mode: Mode) => () => (screen.mode.value = chosen === mode ? "select" : mode);
  return (
    <>
      <Tool icon="select" label="Select" letter="V" hint="Select and move (V)" pressed={chosen === "select"} run={choose("select")} />
      <Tool icon="node" label="Node" letter="N" hint="Click the canvas to add nodes; N adds one by key" pressed={chosen === "node"} run={choose("node")} />
      <Tool
        sign={sign(screen.tool.value)}
        label="Edge"
        letter="E"
        hint="Drag from node to node; E connects by key"
        pressed={chosen === "edge"}
        run={choose("edge")}
      />
      <Menu label="Type of the edges that are drawn" class="cmg-half" items={edgeTypes(editor)}>
        <Caret />
      </Menu>
      <TurningTools editor={editor} />
      <Tool icon="layout" label="Layout" hint="Lay out (L)" run={() => layOut(editor)} />
    </>
  );
}

function TurningTools({ editor }: Props): JSX.Element {
  const { screen } = editor;
  return (
    <>
      <Tool icon="undo" hint="Undo (Ctrl+Z)" disabled={!screen.canUndo.value} run={() => editor.undo()} />
      <Tool icon="redo" hint="Redo (Shift+Ctrl+Z)" disabled={!screen.canRedo.value} run={() => editor.redo()} />
    </>
  );
}

interface ToolProps {
  readonly icon?: IconName;
  /** In place of an icon. */
  readonly sign?: string;
  readonly label?: string;
  /** The key that does the same. */
  readonly letter?: string;
  /** The label is the first to go where there is little room. */
  readonly minor?: boolean;
  readonly hint: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly run: () => void;
}

function Tool({ icon, sign: text, label, letter, minor, hint, pressed, disabled, run }: ToolProps): JSX.Element {
  return (
    <button
      type="button"
      class={text && letter ? "cmg-button cmg-joined" : "cmg-button"}
      title={hint}
      aria-label={label ? [label, letter].join(" ").trim() : hint}
      aria-pressed={pressed}
      aria-disabled={disabled}
      onClick={() => !disabled && run()}
    >
      {icon ? <Icon name={icon} /> : <span class="cmg-sign">{text}</span>}
      {label && <span class={minor ? "cmg-word cmg-minor" : "cmg-word"}>{label}</span>}
      {letter && <span class="cmg-key"> {letter}</span>}
    </button>
  );
}

function Caret(): JSX.Element {
  return (
    <svg class="cmg-caret" viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
      <path d="M1 2.5h6L4 6z" />
    </svg>
  );
}

function sign(tool: Editor["screen"]["tool"]["value"]): string {
  if (tool === "required") return "R";
  return tool === "forbidden" ? "⊘" : MARK_SIGNS[tool];
}

function edgeTypes({ screen }: Editor): MenuItem[] {
  const item = (tool: Editor["screen"]["tool"]["value"], words: string): MenuItem => ({
    label: `${sign(tool)}  ${words}`,
    checked: screen.tool.value === tool,
    run: () => {
      screen.tool.value = tool;
      screen.mode.value = "edge";
    },
  });
  return [...MARKS.map((mark) => item(mark, MARK_WORDS[mark])), item("required", "required"), item("forbidden", "forbidden")];
}

function readings({ reading, experiments, options }: Editor): MenuItem[] {
  const paths = PATH_TONES.map((tone): MenuItem => ({
    label: PATH_WORDS[tone],
    checked: reading.shown.value.has(tone),
    run: () => reading.toggle(tone),
  }));
  const differences: MenuItem = {
    label: "Differences",
    checked: reading.comparing.value,
    run: () => (reading.comparing.value = !reading.comparing.peek()),
  };
  const views = VIEWS.map(([name, label]): MenuItem => ({
    label,
    checked: reading.view.chosen.value === name,
    run: () => reading.view.toggle(name),
  }));
  const acted: MenuItem = {
    label: "Experiments",
    checked: experiments.isOpen.value,
    run: () => (experiments.isOpen.value = !experiments.isOpen.peek()),
  };
  const isLive = !options.local && !options.readOnly;
  return [...paths, ...(reading.canCompare ? [differences] : []), ...(experiments.told.value ? [acted] : []), ...(isLive ? views : [])];
}

function exports(editor: Editor): MenuItem[] {
  return [
    { label: "Copy as code", hint: "a %%causal cell", run: () => void copyAsCode(editor) },
    { label: "Copy as text", hint: "notation, also for dagitty.net", run: () => void copyNotation(editor) },
    { label: "Save picture", hint: "SVG", run: () => void savePicture(editor, "svg") },
    { label: "Save as PNG", hint: "for slides", run: () => void savePicture(editor, "png") },
  ];
}

/** Arrow keys go from tool to tool. */
function rove(event: KeyboardEvent, row: HTMLElement | null): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0 || !row) return;
  const buttons = [...row.querySelectorAll<HTMLElement>(".cmg-button")];
  const place = buttons.indexOf(event.target as HTMLElement);
  if (place < 0) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[(place + step + buttons.length) % buttons.length]?.focus();
}
