/** The editor's style sheet: surfaces and buttons, the drawing, what lies beside and over it, and what media ask for. */
import base from "./base.css";
import canvas from "./canvas.css";
import media from "./media.css";
import panels from "./panels.css";

export const style = [base, canvas, panels, media].join("\n");
