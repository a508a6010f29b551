// `npm run image`: lays into artefacts/image what the container images are built of, and says how. Builds none: that needs another program.
import { join } from "node:path";
import { layOutImages } from "./image-contexts.ts";

const folder = join(import.meta.dirname, "..", "artefacts", "image");
const { version } = layOutImages(folder);
console.log(`What the images are built of is in ${folder}. With podman, or buildah in its place:
  podman build --build-arg VERSION=${version} -t localhost/zerohop:${version} artefacts/image
  podman build --annotation module.wasm.image/variant=compat -t localhost/zerohop-gate:${version} artefacts/image/gate`);
