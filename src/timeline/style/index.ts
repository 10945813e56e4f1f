/** The timeline's style sheet: the editor's surfaces and buttons, and what is drawn here. */
import base from "../../editor/style/base.css";
import media from "../../editor/style/media.css";
import pages from "../../editor/style/pages.css";
import timeline from "./timeline.css";

export const style = [base, pages, timeline, media].join("\n");
