# Bot and worker under one supervisor, or either alone: docker run … node dist/src/worker.js
# The same base twice, by its exact version: what was built on is what runs.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json LICENSE ./
COPY src ./src
COPY commands ./commands
# npm ci builds as well (the script `prepare`)
RUN npm ci --no-audit --no-fund
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund && mkdir state

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
ENV XSUPGRADE_CONFIG=/config
ENV XSUPGRADE_STATE_DIR=/state
ENV XSUPGRADE_HEALTH_PORT_BOT=8787
ENV XSUPGRADE_HEALTH_PORT_WORKER=8788
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# the only place that the process writes to, so it belongs to the user that it runs as
COPY --from=build --chown=node:node /app/state /state
VOLUME ["/config", "/state"]
USER node
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["node", "dist/src/healthcheck.js"]
# SIGTERM ends both within twenty seconds; run with --stop-timeout 25
CMD ["node", "dist/src/main.js"]
