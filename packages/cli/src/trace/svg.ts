/** SVG by hand: elements as text, with what people wrote in them made harmless. */

/** Makes a text fit for SVG: markup characters replaced, control characters (which XML forbids) gone. */
export function escapeXml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are what must go
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}

/** A number with as many digits as a pixel needs. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** An element with attributes and, if there is any, content, which must be SVG already. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "number" ? px(value) : escapeXml(value);
    return ` ${key}="${text}"`;
  });
  return content === "" ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${content}</${name}>`;
}

/** A text at a place. */
export function textAt(
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  return element("text", { x, y, ...attributes }, escapeXml(text));
}
