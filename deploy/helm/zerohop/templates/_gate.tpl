{{/* What the gate is configured with, and what the gateway takes away before it. */}}

{{/* What `zerohop gate config` would print. Given a dictionary of the context and the cluster by which the gateway knows the host. */}}
{{- define "zerohop.gate" -}}
{{- $gate := .context.Values.gate -}}
{{- $own := dict "root_keys" $gate.rootKeys "edge_token_variable" $gate.edgeTokenVariable "host_cluster" .cluster "host_authority" (include "zerohop.authority" .context) "max_stale" (int $gate.maxStale) -}}
{{- $of := .context.Values.config.gate | default dict -}}
{{- $said := dict -}}
{{- with $of.trusted_proxies }}{{ $_ := set $said "trusted_proxies" . }}{{ end -}}
{{- with $of.access_log }}{{ $_ := set $said "access_log" . }}{{ end -}}
{{- with $of.cache_megabytes }}{{ $_ := set $said "cache_bytes" (mul (int .) 1048576) }}{{ end -}}
{{- if $of.drop_session_set_cookie }}{{ $_ := set $said "drop_session_set_cookie" true }}{{ end -}}
{{- mustMergeOverwrite $said (deepCopy $gate.options) $own | toYaml }}
{{- end }}

{{/* Where a gateway gets the gate, of an image without its digest: from a registry, from a web server, or from its own disk. */}}
{{- define "zerohop.gateUrl" -}}
{{ if regexMatch "^(file|https?)://" . }}{{ . }}{{ else }}oci://{{ . }}{{ end }}
{{- end }}

{{/* As a JSON list; what the applications of a cookie domain are told in is the gate's to set (identity_headers). */}}
{{- define "zerohop.misleadingHeaders" -}}
{{- $own := list -}}
{{- range .Values.config.session.cookies -}}
{{- range $names := values (.identity_headers | default dict) }}{{ range $names }}{{ $own = append $own (lower .) }}{{ end }}{{ end -}}
{{- end -}}
{{- $left := list -}}
{{- range list "Forwarded" "HTTP2-Settings" "X-Forwarded-Email" "X-Forwarded-Groups" "X-Forwarded-Host" "X-Forwarded-Method" "X-Forwarded-Port" "X-Forwarded-Preferred-Username" "X-Forwarded-Prefix" "X-Forwarded-Server" "X-Forwarded-Uri" "X-Forwarded-User" "X-Original-Uri" "X-Original-Url" "X-Real-Ip" "X-Rewrite-Url" -}}
{{- if not (has (lower .) $own) }}{{ $left = append $left . }}{{ end -}}
{{- end -}}
{{ $left | toJson }}
{{- end }}
