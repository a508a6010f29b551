// Pictures of 12 by 5 pixels in one colour, as a browser wrote them, and an SVG with a script in it.

// biome-ignore format: one picture a line
export const pictures = {
  png: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAwAAAAFCAYAAABxeg0vAAAAI0lEQVR4AczLMQ0AAAwCwYa18pCB/xk0sPHJj4cX3YwrGwQBAAD//9/M+hQAAAAGSURBVAMAYFkVawP815YAAAAASUVORK5CYII=", "base64"),
  jpeg: Buffer.from("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////////////////////////////////wAARCAAFAAwDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAP/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCQAm//2Q==", "base64"),
  webp: Buffer.from("UklGRjAAAABXRUJQVlA4ICQAAABwAQCdASoMAAUAAsBMJaACdAFAAAD+7nKkj/4D8QfxbL4AAAA=", "base64"),
  webpLossless: Buffer.from("UklGRh4AAABXRUJQVlA4TBEAAAAvCwABAAfQtS50qv+BiOh/AAA=", "base64"),
  webpExtended: Buffer.from("UklGRkIAAABXRUJQVlA4WAoAAAAAAAAACwAABAAAVlA4ICQAAABwAQCdASoMAAUAAsBMJaACdAFAAAD+7nKkj/4D8QfxbL4AAAA=", "base64"),
};

export const scriptedSvg =
  '<?xml version="1.0"?><!-- a drawing --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">' +
  '<script>document.title = "run"</script><circle cx="12" cy="12" r="9" fill="teal"/></svg>';
