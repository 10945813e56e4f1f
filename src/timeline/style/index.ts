import { styleOf } from "../../traits/style";
import timeline from "./timeline.css";

export const style = styleOf(timeline);
