/**
 * The recipe: the numbers by which a picture is developed, shared by the three ways that the kernels are written
 * (reference.ts, strip.ts, shaders.ts). Numbers only: each way writes its own arithmetic, so that they check one another.
 *
 *     luma       (54 r + 183 g + 19 b) >> 8                                          0 .. 255
 *     horizontal sum of TAPS * luma, x clamped to the picture                        0 .. 65280, not rounded yet
 *     blurred    (sum of TAPS * horizontal + 32768) >> 16, y clamped to the picture  0 .. 255
 *     edges      EDGE_GAIN * (larger + 3/8 smaller of the two Sobel slopes) of blurred, less EDGE_FLOOR: 0 .. 255
 *     developed  a toned print with pen lines on the edges; see DEVELOPED below
 *
 * Invariants
 *  R1  Everything is integer arithmetic, and no intermediate value leaves the range of a 32-bit signed integer: a GPU and a
 *      CPU agree to the bit.
 *  R2  The taps sum to 256 and so do the luma weights: a flat picture stays flat.
 *  R3  Right shifts and divisions are of values that are not negative, where "round down" means the same everywhere.
 *
 * DEVELOPED, for one pixel (luma, blurred, edges as above):
 *     sharp  = clamp(16 luma + SHARPEN (luma - blurred), 0 .. 4095) >> 4      crisp detail
 *     curve  = sharp (510 - sharp) / 255                                      opens the shadows
 *     tone   = (CURVE curve + (256 - CURVE) sharp) >> 8
 *     print  = SHADOW -> MIDDLE -> LIGHT, by tone                             the paper's own three colours
 *     mixed  = (COLOUR photo + (256 - COLOUR) print) >> 8                     some of the photo's own colour
 *     drawn  = mixed, darkened by PEN where an edge lies on light ground      pen lines by day
 *     lit    = drawn, moved to GLOW_COLOUR by GLOW where it lies on dark      city lights by night
 *     alpha  = as it was
 */

/** Weights of red, green and blue in luma; they sum to 256. */
export const LUMA_WEIGHTS = [54, 183, 19] as const;

/** A row of Pascal's triangle: nearly a Gaussian of sigma 1.41; they sum to 256. */
export const TAPS = [1, 8, 28, 56, 70, 56, 28, 8, 1] as const;

/** Added before the blur's last shift, to round to nearest. */
export const BLUR_HALF = 32768;

/** What a slope is multiplied by to become a line. */
export const EDGE_GAIN = 2;

/** What is taken off every edge, so that flat ground stays free of lines. */
export const EDGE_FLOOR = 12;

/** How far detail is raised, in sixteenths. */
export const SHARPEN = 12;

/** How much of the curve goes into the tone, of 256. */
export const CURVE = 160;

/** How much of the photo's own colour stays, of 256. */
export const COLOUR = 96;

/** How dark a full pen line is on white ground, of 256. */
export const PEN = 224;

/** How bright a full line glows on black ground, of 256. */
export const GLOW = 208;

/** Three colours of the print: tone 0, tone 128 and tone 256. */
export const SHADOW = [12, 22, 44] as const;
export const MIDDLE = [148, 108, 74] as const;
export const LIGHT = [255, 243, 218] as const;

/** The colour that lines glow in on dark ground. */
export const GLOW_COLOUR = [255, 196, 110] as const;
