/** The style sheet of a view: the editor's surfaces and buttons, the frame, and what is drawn in it. */
import base from "../../editor/style/base.css";
import media from "../../editor/style/media.css";
import pages from "../../editor/style/pages.css";
import frame from "./frame.css";

export function styleOf(drawing: string): string {
  return [base, pages, frame, drawing, media].join("\n");
}
