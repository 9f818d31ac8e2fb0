/** Varve's own version. */
export const VARVE_VERSION = "0.1.0";
