// The gate in Kubernetes: objects for Istio's ingress gateway and for Envoy Gateway, whose routes are objects of the operator's own.
import { stringify } from "yaml";
import { usage } from "../kit/errors.ts";
import type { ConfigurationFile, Front } from "./front.ts";
import { gateConfiguration } from "./gate-configuration.ts";
import { removedHeaders } from "./request-headers.ts";
import { file, text } from "./template.ts";

/** Istio (1.27 or newer). */
export function istioFiles(front: Front): readonly ConfigurationFile[] {
  const { command, host, kubernetes, gate } = front;
  const [{ address, port }] = host.servers as [(typeof host.servers)[number]];
  const [label = "", value = ""] = kubernetes.gateway.split("=");
  if (!/^[\w./-]+=[\w.-]+$/.test(kubernetes.gateway))
    throw usage(`--gateway is a label of the gateway's pods, such as istio=ingressgateway, not ${kubernetes.gateway}`);
  return [
    {
      path: "wasm-plugin.yaml",
      secret: gate.edgeToken !== undefined,
      text: file`
        # Istio (1.27 or newer): Zerohop's gate in the ingress gateway, before every other filter.
        # Written by
        #   ${command}
        #
        # What clients may not send: the gate takes Remote-* away itself, and other spellings of X-Forwarded-*, X-Original-* and their like
        # (x_forwarded_for). Those that are written with hyphens belong into the VirtualServices, as headers.request.remove:
        #   ${removedHeaders(front.identityHeaders).join(", ").toLowerCase()}
        # Path normalisation is the mesh's: set meshConfig.pathNormalization.normalization: MERGE_SLASHES. DECODE_AND_MERGE_SLASHES would
        # make another path of \`/projects/group%2Fname\`; the gate decides about an escaped slash in each of its readings. Behind a load
        # balancer set meshConfig.defaultConfig.gatewayTopology.numTrustedProxies, or rules with networks see the balancer's address.
        # Of upgrades the gateway passes WebSockets alone: no EnvoyFilter may add an upgrade_type, for what goes through such a tunnel is
        # decided by nobody.
        # The edge token stands in this object: let only those read WasmPlugins who may read Secrets.
        apiVersion: extensions.istio.io/v1alpha1
        kind: WasmPlugin
        metadata:
          name: zerohop-gate
          namespace: ${kubernetes.namespace}
        spec:
          selector:
            matchLabels:
              ${label}: ${value}
          url: oci://${kubernetes.image}
          # The digest of the image, which has gate.wasm as plugin.wasm. With another one nothing is loaded.
          sha256: "${kubernetes.digest}"
          imagePullPolicy: IfNotPresent
          phase: AUTHN
          type: HTTP
          # FAIL_OPEN would let everybody in after one failure; FAIL_CLOSE, the default, answers 503 until the gateway restarts.
          failStrategy: FAIL_RELOAD
          pluginConfig:
            ${configuration(front, `outbound|${port}||${address}`)}
        `,
    },
  ];
}

/** Envoy Gateway (1.3 or newer). */
export function envoyGatewayFiles(front: Front): readonly ConfigurationFile[] {
  const { command, kubernetes, gate } = front;
  const target = text`
    targetRefs:
      - group: gateway.networking.k8s.io
        kind: Gateway
        name: ${kubernetes.gateway}
    `;
  return [
    {
      path: "envoy-extension-policy.yaml",
      secret: gate.edgeToken !== undefined,
      text: file`
        # Envoy Gateway (1.3 or newer): Zerohop's gate for everything behind one Gateway, and what of a request the gate, the routes and
        # the backends must read alike.
        # Written by
        #   ${command}
        #
        # What clients may not send: the gate takes Remote-* away itself, and other spellings of X-Forwarded-* and its like; headers with
        # underscores and the headers that some frameworks take host or path from are dropped by the ClientTrafficPolicy below. Both must
        # name the same Gateway, and no route may have an EnvoyExtensionPolicy of its own: it would replace this one.
        # Of upgrades Envoy Gateway passes WebSockets alone; a BackendTrafficPolicy's httpUpgrade must name no other, for what goes
        # through such a tunnel is decided by nobody.
        # The edge token stands in the first object: let only those read it who may read Secrets.
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: EnvoyExtensionPolicy
        metadata:
          name: zerohop-gate
          namespace: ${kubernetes.namespace}
        spec:
          ${target}
          wasm:
            - name: zerohop.gate
              code:
                type: Image
                image:
                  url: ${kubernetes.image}
                  # The digest of the image, which has gate.wasm as plugin.wasm. With another one nothing is loaded.
                  sha256: "${kubernetes.digest}"
              # True would let everybody in after one failure of the module.
              failOpen: false
              # The cluster is the one that Envoy Gateway makes of the portal's HTTPRoute, \`${kubernetes.route}\`.
              config:
                ${configuration(front, `httproute/${kubernetes.route}/rule/0`)}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: ClientTrafficPolicy
        metadata:
          name: zerohop-gate
          namespace: ${kubernetes.namespace}
        spec:
          ${target}
          path:
            # An escaped slash is a separator to some backends and a character to others: the gate decides about it in each reading.
            escapedSlashesAction: KeepUnchanged
            disableMergeSlashes: false
          headers:
            withUnderscoresAction: DropHeader
            # Some frameworks take host, path or client from these, behind the back of the rules; other portals name their users in them.
            earlyRequestHeaders:
              remove:
                ${removedHeaders(front.identityHeaders).map((name) => `- ${name}`)}
          tls:
            minVersion: "1.2"
        `,
    },
  ];
}

function configuration({ gate }: Front, cluster: string): string {
  return stringify(gateConfiguration(gate, cluster), { lineWidth: 0 }).trimEnd();
}
