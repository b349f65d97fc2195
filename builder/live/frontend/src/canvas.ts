/** Canvases that are as sharp as the screen. */

/** Give a canvas a size in CSS pixels, cleared; null where it is not on the screen. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  if (width < 1 || height < 1) return null;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** A picture of `width` by `height` single cells, to be drawn at any size. */
export function cells(width: number, height: number, color: (x: number, y: number) => readonly [number, number, number]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const [r, g, b] = color(x, y);
      image.data.set([r, g, b, 255], i);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
