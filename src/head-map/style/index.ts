import { styleOf } from "../../traits/style";
import headMap from "./head-map.css";

export const style = styleOf(headMap);
