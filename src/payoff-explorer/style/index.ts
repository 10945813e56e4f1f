import { styleOf } from "../../traits/style";
import explorer from "./explorer.css";

export const style = styleOf(explorer);
