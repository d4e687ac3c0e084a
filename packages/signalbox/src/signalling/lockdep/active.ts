/**
 * The validator that is on, if one is: where declarations look, which exist whether it is on or not.
 */
import type { Validator } from "./validator.ts";

/** Constant-shaped: one check of one field is all that declarations cost while it is off. */
export const active: { validator: Validator | null } = { validator: null };
