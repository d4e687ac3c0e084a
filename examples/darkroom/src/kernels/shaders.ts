/**
 * The shaders: the five kernels in WGSL, one module each, in 32-bit integers only; recipe.ts says what each computes.
 *
 * Every invocation makes one value: `id.x` is the pixel's column and `id.y` its row among the rows that the kernel works on.
 * Binding 0 is the strip's numbers (STRIP_FIELDS, in this order), then come the buffers that the kernel reads, in the order of
 * gpu-plan.ts, and last the one it writes.
 *
 * Invariants
 *  W1  A buffer holds one u32 per pixel: RGBA with red in the low byte, or one number.
 *  W2  Rows are clamped to the picture and then counted from the first row the buffer holds; so no index leaves a buffer.
 *  W3  An invocation outside the strip (the dispatch is rounded up to whole work groups) returns at once.
 */
import * as recipe from "./recipe.ts";

/** Columns and rows of one work group: 128 invocations, inside every device's limit of 256. */
export const WORKGROUP = { columns: 32, rows: 4 } as const;

/** The strip's numbers as the shaders see them: eight u32, in this order. */
export const STRIP_FIELDS = [
  "width",
  "height",
  "sourceFirst",
  "sourceRows",
  "blurredFirst",
  "blurredRows",
  "outputFirst",
  "outputRows",
] as const;

const PRELUDE = /* wgsl */ `
struct Strip { ${STRIP_FIELDS.map((name) => `${name}: u32`).join(", ")} }
@group(0) @binding(0) var<uniform> strip: Strip;

fn column(x: i32) -> u32 { return u32(clamp(x, 0, i32(strip.width) - 1)); }
fn row(y: i32, first: u32) -> u32 { return u32(clamp(y, 0, i32(strip.height) - 1)) - first; }
`;

const MAIN = /* wgsl */ `@compute @workgroup_size(${WORKGROUP.columns}, ${WORKGROUP.rows})
fn main(@builtin(global_invocation_id) id: vec3u)`;

const TAPS = `const taps = array<u32, 9>(${recipe.TAPS.join(", ")});`;

const LUMA_OF = /* wgsl */ `
fn luma_of(pixel: u32) -> u32 {
  return (${recipe.LUMA_WEIGHTS[0]} * (pixel & 255) + ${recipe.LUMA_WEIGHTS[1]} * ((pixel >> 8) & 255)
    + ${recipe.LUMA_WEIGHTS[2]} * ((pixel >> 16) & 255)) >> 8;
}
`;

const LUMA = /* wgsl */ `${PRELUDE}${LUMA_OF}
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read_write> luma: array<u32>;

${MAIN} {
  if (id.x >= strip.width || id.y >= strip.sourceRows) { return; }
  let i = id.y * strip.width + id.x;
  luma[i] = luma_of(source[i]);
}
`;

const HORIZONTAL = /* wgsl */ `${PRELUDE}${TAPS}
@group(0) @binding(1) var<storage, read> luma: array<u32>;
@group(0) @binding(2) var<storage, read_write> horizontal: array<u32>;

${MAIN} {
  if (id.x >= strip.width || id.y >= strip.sourceRows) { return; }
  let start = id.y * strip.width;
  var sum = 0u;
  for (var k = 0; k < 9; k++) { sum += taps[k] * luma[start + column(i32(id.x) + k - 4)]; }
  horizontal[start + id.x] = sum;
}
`;

const VERTICAL = /* wgsl */ `${PRELUDE}${TAPS}
@group(0) @binding(1) var<storage, read> horizontal: array<u32>;
@group(0) @binding(2) var<storage, read_write> blurred: array<u32>;

${MAIN} {
  if (id.x >= strip.width || id.y >= strip.blurredRows) { return; }
  let y = i32(strip.blurredFirst + id.y);
  var sum = ${recipe.BLUR_HALF}u;
  for (var k = 0; k < 9; k++) {
    sum += taps[k] * horizontal[row(y + k - 4, strip.sourceFirst) * strip.width + id.x];
  }
  blurred[id.y * strip.width + id.x] = sum >> 16;
}
`;

const EDGES = /* wgsl */ `${PRELUDE}
@group(0) @binding(1) var<storage, read> blurred: array<u32>;
@group(0) @binding(2) var<storage, read_write> edges: array<u32>;

fn at(x: i32, y: i32) -> i32 {
  return i32(blurred[row(y, strip.blurredFirst) * strip.width + column(x)]);
}

${MAIN} {
  if (id.x >= strip.width || id.y >= strip.outputRows) { return; }
  let x = i32(id.x);
  let y = i32(strip.outputFirst + id.y);
  let across = abs(at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1)
    - at(x - 1, y - 1) - 2 * at(x - 1, y) - at(x - 1, y + 1));
  let down = abs(at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1)
    - at(x - 1, y - 1) - 2 * at(x, y - 1) - at(x + 1, y - 1));
  let slope = max(across, down) + ((3 * min(across, down)) >> 3);
  edges[id.y * strip.width + id.x] = u32(clamp(${recipe.EDGE_GAIN} * slope - ${recipe.EDGE_FLOOR}, 0, 255));
}
`;

const COMPOSE = /* wgsl */ `${PRELUDE}${LUMA_OF}
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> blurred: array<u32>;
@group(0) @binding(3) var<storage, read> edges: array<u32>;
@group(0) @binding(4) var<storage, read_write> developed: array<u32>;

const shadow = vec3u(${recipe.SHADOW.join(", ")});
const middle = vec3u(${recipe.MIDDLE.join(", ")});
const light = vec3u(${recipe.LIGHT.join(", ")});
const glow_colour = vec3u(${recipe.GLOW_COLOUR.join(", ")});

fn tone_of(luma: i32, ground: i32) -> u32 {
  let sharp = u32(clamp(16 * luma + ${recipe.SHARPEN} * (luma - ground), 0, 4095)) >> 4;
  let curve = sharp * (510 - sharp) / 255;
  return (${recipe.CURVE} * curve + ${256 - recipe.CURVE} * sharp) >> 8;
}

fn print_of(tone: u32) -> vec3u {
  let step = tone & 127;
  if (tone < 128) { return (shadow * (128 - step) + middle * step) >> vec3u(7); }
  return (middle * (128 - step) + light * step) >> vec3u(7);
}

${MAIN} {
  if (id.x >= strip.width || id.y >= strip.outputRows) { return; }
  let i = id.y * strip.width + id.x;
  let pixel = source[(strip.outputFirst - strip.sourceFirst) * strip.width + i];
  let ground = blurred[(strip.outputFirst - strip.blurredFirst) * strip.width + i];
  let print = print_of(tone_of(i32(luma_of(pixel)), i32(ground)));
  let photo = vec3u(pixel, pixel >> 8, pixel >> 16) & vec3u(255);
  let pen = ${recipe.PEN} * ((edges[i] * ground) >> 8);
  let glow = ${recipe.GLOW} * ((edges[i] * (255 - ground)) >> 8);
  let mixed = (${recipe.COLOUR} * photo + ${256 - recipe.COLOUR} * print) >> vec3u(8);
  let drawn = (mixed * (65536 - pen)) >> vec3u(16);
  let lit = (drawn * (65536 - glow) + glow_colour * glow) >> vec3u(16);
  developed[i] = lit.r | (lit.g << 8) | (lit.b << 16) | (pixel & 0xff000000);
}
`;

/** The kernels by name. */
export type KernelName = "luma" | "horizontal" | "vertical" | "edges" | "compose";

/** The WGSL of each kernel; every entry point is called `main`. */
export const SHADERS: Readonly<Record<KernelName, string>> = {
  luma: LUMA,
  horizontal: HORIZONTAL,
  vertical: VERTICAL,
  edges: EDGES,
  compose: COMPOSE,
};
