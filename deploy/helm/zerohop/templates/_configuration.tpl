{{/* What the configuration consists of, and what stops a release that could not work. */}}

{{- define "zerohop.claims" -}}
{{- $v := .Values -}}
{{- if not (hasKey $v.secrets "storage.encryption_key") }}{{ fail "secrets: storage.encryption_key is needed: the name and key of a Secret, such as { name: zerohop, key: encryption-key }" }}{{ end -}}
{{- if and (gt (int $v.replicas) 1) (not (include "zerohop.postgres" .)) }}{{ fail "replicas: more than one needs PostgreSQL (config.storage.postgres): the database is a file on one pod's volume" }}{{ end -}}
{{- if and $v.users.writable (include "zerohop.postgres" .) }}{{ fail "users.writable: needs the volume of SQLite; with PostgreSQL keep people in LDAP or at an identity provider, or change the Secret" }}{{ end -}}
{{- if and $v.users.writable (not $v.users.secret) }}{{ fail "users.writable: users.secret is needed, which the file is copied from" }}{{ end -}}
{{- if and $v.serviceMonitor.enabled (not (hasKey $v.secrets "metrics.token")) }}{{ fail "serviceMonitor: the secret metrics.token is needed: without it the host shows its metrics to programs in its own pod alone" }}{{ end -}}
{{- if and $v.gate.enabled (not $v.gateway.kind) }}{{ fail "gate: gateway.kind is needed: istio or envoy-gateway" }}{{ end -}}
{{- if $v.gateway.kind -}}
{{- if not $v.gateway.namespace }}{{ fail "gateway.namespace is needed: where the gateway is" }}{{ end -}}
{{- if and (eq $v.gateway.kind "envoy-gateway") (not $v.gateway.name) }}{{ fail "gateway.name is needed: the Gateway's name" }}{{ end -}}
{{- if and (eq $v.gateway.kind "istio") (not $v.gateway.selector) }}{{ fail "gateway.selector is needed: the labels of the gateway's pods, such as istio: ingressgateway" }}{{ end -}}
{{- if and (eq $v.gateway.kind "istio") $v.gateway.route (not $v.gateway.name) (not $v.gateway.istioGateway) }}{{ fail "gateway.istioGateway (or gateway.name, for one of the Gateway API) is needed for the portal's route" }}{{ end -}}
{{- end -}}
{{- if and $v.gate.enabled (not $v.gateway.route) (eq $v.gateway.kind "envoy-gateway") }}{{ fail "gateway.route: the gate in Envoy Gateway reaches the host by the portal's HTTPRoute, which has to be the chart's" }}{{ end -}}
{{- if $v.gate.enabled -}}
{{- if or (hasKey $v.gate.options "edge_token") (hasKey $v.gate.options "edge_token_variable") }}{{ fail "gate.options: the edge token comes from a Secret, by gate.edgeTokenVariable" }}{{ end -}}
{{- if not $v.gate.rootKeys }}{{ fail "gate.rootKeys is needed: root_keys of what `zerohop gate config` prints" }}{{ end -}}
{{- if not (regexMatch "^[^@]+@sha256:[0-9a-f]{64}$" $v.gate.image) }}{{ fail "gate.image is needed: an image with gate.wasm as plugin.wasm, by its digest, as in registry.example.com/zerohop/gate:0.1.0@sha256:…" }}{{ end -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not $v.networkPolicy.from) (not $v.gateway.kind) }}{{ fail "networkPolicy.from is needed: the pods of the proxies that reach the host, such as [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress } } }]" }}{{ end -}}
{{- if not ($v.config.server | default dict).trusted_proxies }}{{ fail "config.server.trusted_proxies is needed: the network of the gateway's pods, or everybody would have the gateway's address" }}{{ end -}}
{{- end }}

{{/* Everything but the policy. */}}
{{- define "zerohop.main" -}}
{{- $own := dict "server" (dict "address" (printf "tcp://:%d" (int .Values.service.port))) -}}
{{- if .Values.tls.secret }}{{ $_ := set $own.server "tls" (dict "certificate" "/run/secrets/zerohop-tls/tls.crt" "key" "/run/secrets/zerohop-tls/tls.key") }}{{ end -}}
{{- if not (include "zerohop.postgres" .) }}{{ $_ := set $own "storage" (dict "local" (dict "path" "/var/lib/zerohop/db.sqlite3")) }}{{ end -}}
{{- if .Values.users.secret }}{{ $_ := set $own "authentication_backend" (dict "file" (dict "path" (ternary "/var/lib/zerohop/users.yml" "/etc/zerohop-users/users.yml" .Values.users.writable))) }}{{ end -}}
{{- mustMergeOverwrite (omit (deepCopy .Values.config) "access_control") $own | toYaml }}
{{- end }}

{{/* The policy, which the running host follows. */}}
{{- define "zerohop.policy" -}}
{{ dict "access_control" .Values.config.access_control | toYaml }}
{{- end }}

{{- define "zerohop.files" -}}
zerohop.yml: |
  {{- include "zerohop.main" . | nindent 2 }}
access_control.yml: |
  {{- include "zerohop.policy" . | nindent 2 }}
{{- end }}

{{- define "zerohop.configOptions" -}}
- --config
- /etc/zerohop
{{- end }}

{{/* Secrets are files, which the environment names. Service links would be taken for keys of the configuration: ZEROHOP_PORT. */}}
{{- define "zerohop.environment" -}}
{{- range $path, $_ := .Values.secrets }}
- name: ZEROHOP_{{ $path | upper | replace "." "_" | replace "-" "_" }}_FILE
  value: /run/secrets/zerohop/{{ $path }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "zerohop.mounts" -}}
- { name: config, mountPath: /etc/zerohop, readOnly: true }
- { name: secrets, mountPath: /run/secrets/zerohop, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- if .Values.users.secret }}
- { name: users, mountPath: /etc/zerohop-users, readOnly: true }
{{- end }}
{{- if .Values.tls.secret }}
- { name: tls, mountPath: /run/secrets/zerohop-tls, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Given a dictionary of the context and the name of the ConfigMap. */}}
{{- define "zerohop.volumes" -}}
{{- $v := .context.Values -}}
- name: config
  configMap: { name: {{ .configMap }} }
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $path, $from := $v.secrets }}
      - secret:
          name: {{ $from.name }}
          items: [{ key: {{ $from.key }}, path: {{ $path }} }]
      {{- end }}
- name: tmp
  emptyDir: { sizeLimit: 64Mi }
{{- with $v.users.secret }}
- name: users
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- with $v.tls.secret }}
- name: tls
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- with $v.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
