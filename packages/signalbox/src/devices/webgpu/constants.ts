/**
 * WebGPU's flags as plain numbers: Node has no such globals, and the specification fixes their values.
 *
 * They have the names and values of a browser's globals, so that one source serves both.
 */

/** What a buffer may be used for. Same values as a browser's `GPUBufferUsage`. */
export const GPUBufferUsage = {
  MAP_READ: 0x0001,
  MAP_WRITE: 0x0002,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  INDEX: 0x0010,
  VERTEX: 0x0020,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
  INDIRECT: 0x0100,
  QUERY_RESOLVE: 0x0200,
} as const;

/** What a texture may be used for. Same values as a browser's `GPUTextureUsage`. */
export const GPUTextureUsage = {
  COPY_SRC: 0x01,
  COPY_DST: 0x02,
  TEXTURE_BINDING: 0x04,
  STORAGE_BINDING: 0x08,
  RENDER_ATTACHMENT: 0x10,
} as const;

/** How a buffer is mapped. Same values as a browser's `GPUMapMode`. */
export const GPUMapMode = { READ: 0x1, WRITE: 0x2 } as const;

/** Which shader stages see a binding. Same values as a browser's `GPUShaderStage`. */
export const GPUShaderStage = { VERTEX: 0x1, FRAGMENT: 0x2, COMPUTE: 0x4 } as const;
