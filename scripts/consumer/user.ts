/**
 * A user of the package: imports every subpath, and has the published declarations checked in full (skipLibCheck is off).
 *
 * Finds what the package's own build cannot: a public declaration that names something `@internal`, which is stripped.
 */
export type * as core from "signalbox";
export type * as lockdep from "signalbox/lockdep";
export type * as shared from "signalbox/shared";
export type * as sim from "signalbox/sim";
export type * as testing from "signalbox/testing";
export type * as trace from "signalbox/trace";
export type * as webgpu from "signalbox/webgpu";
export type * as workers from "signalbox/workers";
