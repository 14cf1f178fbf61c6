# One image for everything of this project: chaincode server, network configuration, gateway.
ARG FABRIC_VERSION=3.1.5
FROM hyperledger/fabric-peer:${FABRIC_VERSION} AS fabric

# Debian 13: its C library is no older than that of Ubuntu 24.04, for which Fabric's programs are built.
FROM node:24-trixie-slim
# The client with which members install, approve and commit the chaincode.
COPY --from=fabric /usr/local/bin/peer /usr/local/bin/peer
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY proof/package.json proof/
COPY chaincode/package.json chaincode/
COPY screening/package.json screening/
COPY gateway/package.json gateway/
RUN npm ci --omit=dev && npm cache clean --force
COPY proof proof
COPY chaincode chaincode
COPY screening screening
COPY gateway gateway
COPY node-config node-config
COPY scripts scripts
# A named volume takes its owner from the directory that it is first mounted on.
RUN mkdir -p /data /network/channel \
  && sed -n 's|^  - mspId: *|/network/members/|p' node-config/consortium.yaml | xargs mkdir -p \
  && chown -R node:node /data /network
ENV NODE_ENV=production
USER node
