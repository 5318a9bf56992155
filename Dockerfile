# One image for all of it: `docker run framerate train --help`, `… serve --help`. docker-compose.yml puts it together.
ARG DEBIAN_IMAGE=debian:bookworm-slim
ARG NODE_IMAGE=node:24-bookworm-slim

# Faiss for WebAssembly, from its own source: a stage of its own, so that it is compiled once (shared/engine/faiss/README.md).
FROM ${DEBIAN_IMAGE} AS faiss
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates emscripten >/dev/null
WORKDIR /framerate/shared/engine/faiss
COPY shared/engine/faiss ./
RUN bash build.sh

FROM ${NODE_IMAGE} AS build
WORKDIR /framerate
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
COPY --from=faiss /framerate/shared/engine/faiss/faiss.wasm shared/engine/faiss/
# Of ONNX Runtime the browser has its own copies in dist/; a server uses one module of it, and nobody the source maps.
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 && find node_modules -name '*.map' -delete \
 && find node_modules/onnxruntime-web/dist -type f ! -name 'ort.wasm.bundle.min.mjs' ! -name 'ort-wasm-simd-threaded.wasm' -delete

FROM ${DEBIAN_IMAGE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates libatomic1 libstdc++6 tini >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home framerate
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /framerate
COPY --from=build /framerate/package.json /framerate/LICENSE ./
COPY --from=build /framerate/node_modules node_modules
COPY --from=build /framerate/dist dist
COPY --from=build /framerate/shared shared
COPY --from=build /framerate/web web
COPY --from=build /framerate/trainer trainer
# What is written: models and the journals of their training. A volume made here belongs to who runs.
RUN install -d -o framerate -g framerate models
USER framerate
ARG FRAMERATE_COMMIT=
ENV NODE_ENV=production \
    FRAMERATE_COMMIT=${FRAMERATE_COMMIT}
VOLUME /framerate/models
EXPOSE 8501 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "trainer/framerate.js"]
CMD ["start", "--host", "0.0.0.0"]
