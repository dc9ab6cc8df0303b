export { route } from "./route";
