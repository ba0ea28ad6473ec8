// A large photo is made as small as the server would make it, and loses its metadata, before it is sent.

const LARGE_BYTES = 1_500_000;
const MOST_PIXELS = 2048;

/** The photo to send; the one that was chosen where that is small, or the browser cannot read it. */
export async function lighter(photo) {
  if (photo.size < LARGE_BYTES || !/jpeg|webp/.test(photo.type)) return photo;
  try {
    const whole = await createImageBitmap(photo);
    const scale = Math.min(1, MOST_PIXELS / Math.max(whole.width, whole.height));
    const canvas = new OffscreenCanvas(Math.round(whole.width * scale), Math.round(whole.height * scale));
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    const light = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.93 });
    return light.size < photo.size ? light : photo;
  } catch {
    return photo;
  }
}
