/** The editor's style sheet: surfaces and buttons, the drawing, what lies beside and over it, and what pages and media ask for. */
import experiments from "./experiments.css";
import evidence from "./evidence.css";
import base from "./base.css";
import canvas from "./canvas.css";
import media from "./media.css";
import pages from "./pages.css";
import panels from "./panels.css";
import reading from "./reading.css";

export const style = [base, pages, canvas, panels, reading, evidence, experiments, media].join("\n");
