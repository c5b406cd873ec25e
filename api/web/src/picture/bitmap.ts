// The picture as a bitmap.

/** Pixels of the bitmap for each of the picture, and the most that browsers draw along a side. */
const FINE = 2;
const LONGEST = 16_000;

/** The SVG as a PNG, drawn by way of a blob. */
export async function bitmap(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(FINE, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.width * scale);
    canvas.height = Math.ceil(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => {
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no bitmap"))), "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
